/**
 * A report as one HTML page that needs nothing else: no script, no font, no picture from outside. It follows the
 * reader's choice of light or dark, prints well, and shows every outcome by colour and word and shape.
 */
import { formatCell, formatMoment, formatNumber, MISSING } from './format.ts'
import { markdownToHtml } from './markdown.ts'
import { STYLE } from './report-style.ts'
import { toneOf, type Fact, type Report, type ReportSection, type Tone } from './report.ts'

/** A shape for each tone, for readers who do not see the colours. */
const SHAPES: Readonly<Record<Tone, string>> = { good: '●', warning: '▲', bad: '■', neutral: '○' }

export async function htmlReport(report: Report): Promise<string> {
  const sections = await Promise.all(report.sections.map(section))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="brand">d2flow</p>
<h1>${escape(report.title)}</h1>
${report.lead === undefined ? '' : `<p class="lead">${escape(report.lead)}</p>`}
<p class="when"><time datetime="${escape(report.generatedAt)}">${escape(formatMoment(report.generatedAt))}</time></p>
</header>
${facts(report.facts)}
${sections.join('\n')}
${provenance(report.provenance)}
</main>
</body>
</html>
`
}

/** Text that is safe between tags and in quoted attributes. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function facts(list: readonly Fact[]): string {
  if (list.length === 0) return ''
  const cards = list.map(
    ({ label, value, tone = 'neutral' }) =>
      `<div class="fact ${tone}"><dt>${escape(label)}</dt><dd>${escape(value)}</dd></div>`,
  )
  return `<dl class="facts">${cards.join('')}</dl>`
}

async function section(part: ReportSection): Promise<string> {
  const title = part.title === undefined ? '' : `<h2>${escape(part.title)}</h2>`
  const note = 'note' in part && part.note !== undefined ? `<p class="note">${escape(part.note)}</p>` : ''
  return `<section>${title}${note}${await body(part)}</section>`
}

async function body(part: ReportSection): Promise<string> {
  switch (part.kind) {
    case 'text':
      return `<div class="text">${await markdownToHtml(part.markdown)}</div>`
    case 'table':
      return table(part)
    case 'bars':
      return bars(part)
    case 'picture':
      return `<figure class="picture">${safeSvg(part.svg)}</figure>`
    case 'code':
      return `<pre>${escape(part.text)}</pre>`
    case 'link':
      return /^(https?:|mailto:)/i.test(part.url)
        ? `<p><a href="${escape(part.url)}">${escape(part.label)}</a></p>`
        : `<p>${escape(part.label)} (${escape(part.url)})</p>`
  }
}

function table(part: Extract<ReportSection, { kind: 'table' }>): string {
  const columns = part.columns ?? [...new Set(part.rows.flatMap((row) => Object.keys(row)))]
  const isNumber = (column: string) => part.rows.some((row) => typeof row[column] === 'number')
  const className = (column: string) => (isNumber(column) ? ' class="number"' : '')
  const head = columns.map(
    (column) => `<th scope="col"${className(column)}>${escape(part.headings?.[column] ?? column)}</th>`,
  )
  const rows = part.rows.map((row) => {
    const cells = columns.map((column) => {
      const text = formatCell(row[column])
      const shown = part.badges?.includes(column) === true && text !== MISSING ? badge(text) : escape(text)
      return `<td${className(column)}>${shown}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  const total = part.totalRows ?? part.rows.length
  const more =
    total > part.rows.length
      ? `<p class="note">${formatNumber(part.rows.length, 0)} of ${formatNumber(total, 0)} rows are shown.</p>`
      : ''
  const empty = part.rows.length === 0 ? '<p class="note">There are none.</p>' : ''
  return `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${more}${empty}`
}

function badge(word: string): string {
  const tone = toneOf(word)
  return `<span class="badge ${tone}"><span aria-hidden="true">${SHAPES[tone]}</span> ${escape(word)}</span>`
}

const LABEL_WIDTH = 190
const BAR_WIDTH = 430
const VALUE_WIDTH = 110
const ROW_HEIGHT = 26

function bars(part: Extract<ReportSection, { kind: 'bars' }>): string {
  const highest = Math.max(0, ...part.bars.map(({ value }) => value ?? 0))
  const rows = part.bars.map(({ label, value, tone = 'neutral', colour }, at) => {
    const width = value === null || highest === 0 ? 0 : Math.max(1, (value / highest) * BAR_WIDTH)
    const y = at * ROW_HEIGHT
    const text =
      value === null ? 'not reported' : `${formatNumber(value)}${part.unit === undefined ? '' : ` ${part.unit}`}`
    const fill = colour === undefined || !/^#[0-9a-f]{6}$/i.test(colour) ? '' : ` style="fill:${colour}"`
    return `<text x="${LABEL_WIDTH - 8}" y="${y + 17}" text-anchor="end">${escape(label)}</text><rect class="${tone}"${fill} x="${LABEL_WIDTH}" y="${y + 4}" width="${width.toFixed(1)}" height="18" rx="3"/><text x="${(LABEL_WIDTH + width + 8).toFixed(1)}" y="${y + 17}">${escape(text)}</text>`
  })
  const height = part.bars.length * ROW_HEIGHT
  const width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH
  return `<figure class="bars"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(part.title ?? 'bar chart')}">${rows.join('')}</svg></figure>`
}

/** A picture may draw, not act: scripts, event attributes, foreign content and outside addresses are taken out. */
function safeSvg(svg: string): string {
  return svg
    .replaceAll(/<\?xml[^>]*\?>|<!DOCTYPE[^>]*>/gi, '')
    .replaceAll(/<(script|foreignObject|iframe|object|embed)[\s\S]*?<\/\1\s*>/gi, '')
    .replaceAll(/<(script|foreignObject|iframe|object|embed)[^>]*>/gi, '')
    .replaceAll(/\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, '')
    .replaceAll(/\s(?:xlink:)?href\s*=\s*("(?!#)[^"]*"|'(?!#)[^']*')/gi, '')
}

function provenance(list: readonly Fact[]): string {
  if (list.length === 0) return ''
  const rows = list.map(({ label, value }) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`)
  return `<footer><h2>Where this comes from</h2><dl class="provenance">${rows.join('')}</dl></footer>`
}
