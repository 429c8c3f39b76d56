/**
 * A report as one HTML page that needs nothing else: no script, no font, no picture from outside. It follows the
 * reader's choice of light or dark, prints well, and shows every outcome by colour and word and shape.
 */
import { columnHeading } from './column-heading.ts'
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
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
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
      `<div class="fact ${tone}"><dt>${tone === 'neutral' ? '' : `<span aria-hidden="true">${SHAPES[tone]}</span> `}${escape(label)}</dt><dd>${escape(value)}</dd></div>`,
  )
  return `<dl class="facts">${cards.join('')}</dl>`
}

async function section(part: ReportSection): Promise<string> {
  const title = part.title === undefined ? '' : `<h2>${escape(part.title)}</h2>`
  const note = 'note' in part && part.note !== undefined ? `<p class="note">${escape(part.note)}</p>` : ''
  return `<section>${title}${note}${await sectionBody(part)}</section>`
}

/** A section without its title and note. */
export async function sectionBody(part: ReportSection): Promise<string> {
  switch (part.kind) {
    case 'text':
      return `<div class="text">${await markdownToHtml(part.markdown)}</div>`
    case 'table':
      return table(part)
    case 'bars':
      return bars(part)
    case 'picture':
      return picture(part)
    case 'facts':
      return factList(part.facts)
    case 'code':
      return `<pre>${escape(part.text)}</pre>`
    default:
      return link(part)
  }
}

/** An address that could run code is shown, and leads nowhere. */
function link({ url, label }: Extract<ReportSection, { kind: 'link' }>): string {
  return /^(https?:|mailto:)/i.test(url)
    ? `<p><a href="${escape(url)}" rel="noreferrer">${escape(label)}</a></p>`
    : `<p>${escape(label)} (${escape(url)})</p>`
}

function table(part: Extract<ReportSection, { kind: 'table' }>): string {
  const columns = part.columns ?? [...new Set(part.rows.flatMap((row) => Object.keys(row)))]
  const isNumber = (column: string) => part.rows.some((row) => typeof row[column] === 'number')
  const className = (column: string) => (isNumber(column) ? ' class="number"' : '')
  const head = columns.map(
    (column) => `<th scope="col"${className(column)}>${escape(part.headings?.[column] ?? columnHeading(column))}</th>`,
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
  return badgeOf(toneOf(word), word)
}

function badgeOf(tone: Tone, word: string): string {
  return `<span class="badge ${tone}"><span aria-hidden="true">${SHAPES[tone]}</span> ${escape(word)}</span>`
}

const LABEL_WIDTH = 190
/** About as many letters as fit into the width of a label; the whole of it is shown when pointed at. */
const LABEL_LETTERS = 25
const BAR_WIDTH = 430
const VALUE_WIDTH = 130
const ROW_HEIGHT = 26

function bars(part: Extract<ReportSection, { kind: 'bars' }>): string {
  const values = part.bars.map(({ value }) => (value !== null && Number.isFinite(value) ? value : 0))
  const highest = values.reduce((most, value) => Math.max(most, value), 0)
  const lowest = values.reduce((least, value) => Math.min(least, value), 0)
  const perUnit = highest === lowest ? 0 : BAR_WIDTH / (highest - lowest)
  const zero = LABEL_WIDTH - lowest * perUnit
  const rows = part.bars.map(({ label, value, tone = 'neutral', colour }, at) => {
    const length = Math.abs(values[at] ?? 0) * perUnit
    const width = value === null || value === 0 ? 0 : Math.max(1, length)
    const start = (values[at] ?? 0) < 0 ? zero - width : zero
    const y = at * ROW_HEIGHT
    const text =
      value === null ? 'not reported' : `${formatNumber(value)}${part.unit === undefined ? '' : ` ${part.unit}`}`
    const fill = colour === undefined || !/^#[0-9a-f]{6}$/i.test(colour) ? '' : ` style="fill:${colour}"`
    const short = label.length > LABEL_LETTERS ? `${label.slice(0, LABEL_LETTERS - 1)}…` : label
    return `<g><title>${escape(`${label}: ${text}`)}</title><text x="${LABEL_WIDTH - 8}" y="${y + 17}" text-anchor="end">${escape(short)}</text><rect class="${tone}"${fill} x="${start.toFixed(1)}" y="${y + 4}" width="${width.toFixed(1)}" height="18" rx="3"/><text x="${(Math.max(start, zero - width) + width + 8).toFixed(1)}" y="${y + 17}">${escape(text)}</text></g>`
  })
  const height = Math.max(1, part.bars.length) * ROW_HEIGHT
  const width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH
  const empty = part.bars.length === 0 ? '<p class="note">There are none.</p>' : ''
  return `<figure class="bars"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(part.title ?? 'bar chart')}">${rows.join('')}</svg></figure>${empty}`
}

/** A picture inside an image element runs no script and asks for nothing from outside, whatever is in it. */
function picture({ svg, title }: Extract<ReportSection, { kind: 'picture' }>): string {
  const data = Buffer.from(svg, 'utf8').toString('base64')
  return `<figure class="picture"><img alt="${escape(title ?? 'picture')}" src="data:image/svg+xml;base64,${data}"></figure>`
}

function factList(list: readonly Fact[]): string {
  const rows = list.map(({ label, value, tone }) => {
    const shown = tone === undefined ? escape(value) : badgeOf(tone, value)
    return `<dt>${escape(label)}</dt><dd>${shown}</dd>`
  })
  return `<dl class="list">${rows.join('')}</dl>`
}

function provenance(list: readonly Fact[]): string {
  if (list.length === 0) return ''
  return `<footer><h2>Where this comes from</h2>${factList(list)}</footer>`
}
