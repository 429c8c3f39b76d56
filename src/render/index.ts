/** The door `d2flow/render`: values as text, tables and pages for people. */
export { formatBytes, formatCell, formatCount, formatMoment, formatNumber, MISSING } from './format.ts'
export { escape, htmlReport } from './html-report.ts'
export { markdownTable, markdownToHtml } from './markdown.ts'
export { toneOf, type Fact, type Report, type ReportSection, type Tone } from './report.ts'
export { displayWidth, textTable, type TextTableOptions } from './text-table.ts'
