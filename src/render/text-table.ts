/** Rows as a table for a terminal: columns wide enough, numbers to the right, long texts cut with an ellipsis. */
import { formatCell } from './format.ts'

export interface TextTableOptions {
  /** Which members, in which order; default all members of all rows. */
  readonly columns?: readonly string[]
  /** What stands above them; default their names. */
  readonly headings?: Readonly<Record<string, string>>
  /** No cell is wider than this. Default 60. */
  readonly cellWidth?: number
}

export function textTable(rows: readonly Readonly<Record<string, unknown>>[], options: TextTableOptions = {}): string {
  const columns = options.columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const limit = options.cellWidth ?? 60
  const heading = columns.map((column) => options.headings?.[column] ?? column)
  const body = rows.map((row) => columns.map((column) => cut(oneLine(formatCell(row[column])), limit)))
  const widths = columns.map((_, at) =>
    body.reduce((widest, cells) => Math.max(widest, displayWidth(cells[at] ?? '')), displayWidth(heading[at] ?? '')),
  )
  const numeric = columns.map(
    (column) =>
      rows.length > 0 &&
      rows.every((row) => isNumeric(row[column])) &&
      rows.some((row) => typeof row[column] === 'number'),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => pad(cell, widths[at] ?? 0, numeric[at] ?? false))
      .join('  ')
      .trimEnd()
  return [line(heading), line(widths.map((width) => '─'.repeat(width))), ...body.map(line)].join('\n')
}

/** How many columns of a terminal a text takes: letters of East Asian scripts and pictures take two. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of segmentsOf(text)) width += segmentWidth(segment)
  return width
}

/** Letters that are one column each and never join. */
const PLAIN = /^[\u0020-\u007E]*$/
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u

let segmenter: Intl.Segmenter | undefined

/** Letters as people count them. The tables for it take 10 ms to open, which most tables of a command do without. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

function segmentWidth(segment: string): number {
  return WIDE.test(segment) ? 2 : 1
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || value === null || value === undefined
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return right ? blanks + text : text + blanks
}

function cut(text: string, limit: number): string {
  if (displayWidth(text) <= limit) return text
  let kept = ''
  let width = 0
  for (const { segment } of segmentsOf(text)) {
    width += segmentWidth(segment)
    // one column is for the ellipsis
    if (width > limit - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** Line ends, tabs and control letters would break the table, or the terminal. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control letters are what is taken out
  return text.replaceAll(/[\u0000-\u001F\u007F]+/g, ' ')
}
