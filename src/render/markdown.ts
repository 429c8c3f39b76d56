/** Markdown: tables whose cells stay cells, and HTML in which nobody's script runs. */
import { formatCell } from './format.ts'

/** Rows as a Markdown table. A vertical bar or a line end in a value keeps its column. */
export function markdownTable(rows: readonly Readonly<Record<string, unknown>>[], columns?: readonly string[]): string {
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(names.map(escapeCell)),
    line(names.map(() => '---')),
    ...rows.map((row) => line(names.map((name) => escapeCell(formatCell(row[name]))))),
  ].join('\n')
}

/**
 * Markdown as HTML, without raw HTML and without links that run code: tags are shown as text, and only http, https and
 * mailto lead anywhere.
 */
export async function markdownToHtml(text: string): Promise<string> {
  const { default: MarkdownIt } = await import('markdown-it')
  const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })
  markdown.validateLink = (url) => /^(https?:|mailto:|#)/i.test(url.trim())
  return markdown.render(text)
}

function escapeCell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\r?\n/g, ' ')
}
