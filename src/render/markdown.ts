/** Markdown: tables whose cells stay cells, and HTML in which nobody's script runs. */
import { formatCell } from './format.ts'

/** Rows as a Markdown table. Whatever is in a value, it stays in its cell and is shown as it is: no markup, no link. */
export function markdownTable(rows: readonly Readonly<Record<string, unknown>>[], columns?: readonly string[]): string {
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (names.length === 0) return ''
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
  // a picture would be fetched from outside; it becomes a link
  markdown.disable('image')
  markdown.validateLink = (url) => /^(https?:|mailto:|#)/i.test(url.trim())
  return markdown.render(text)
}

function escapeCell(text: string): string {
  return (
    text
      .replaceAll(/[\\`*[\]<>~|&]/g, '\\$&')
      // within a word an underscore means nothing, and names are full of them
      .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
      .replaceAll(/\s*[\r\n]+\s*/g, ' ')
  )
}
