/**
 * What a flow shows at its end: a summary that can be read alone, a picture, and the table behind both. Sample data is
 * marked everywhere, and where the figures come from stands under them.
 */
import { image, markdown, table, type FlowContext, type TableRow } from 'd2flow'
import { contentHash } from 'd2flow/analysis'
import { formatCount } from 'd2flow/render'

export interface FlowReport {
  /** The name of the flow: the key of its table; with "-summary" that of its text, with "-chart" of its picture. */
  readonly key: string
  /** What was looked at, as a heading: "Files that are new". */
  readonly title: string
  /** Whether the figures are made up. */
  readonly sample: boolean
  readonly rows: readonly TableRow[]
  /** Paragraphs: the sentence that answers the question first, then what was missing. */
  readonly paragraphs: readonly string[]
  /** A picture as SVG text; its title should be `titled(title, sample)`. */
  readonly chart?: string
  /** The method with its variant and where it is described. */
  readonly method?: string
  /** Of data from outside. */
  readonly source?: Source
}

export interface Source {
  readonly name: string
  readonly licence: string
  /** What was read: a dataset, codes of indicators, years. */
  readonly what: string
}

export async function publishReport(ctx: FlowContext, report: FlowReport): Promise<void> {
  const { key, title, sample, rows, paragraphs, chart } = report
  const heading = titled(title, sample)
  await ctx.publish(markdown(`${key}-summary`, [...paragraphs, ...provenance(report, ctx)].join('\n\n'), heading))
  if (chart !== undefined) await ctx.publish(image(`${key}-chart`, chart, heading))
  await ctx.publish(table(key, rows, heading))
  if (sample) ctx.log.info('sample data: the figures are made up')
}

/** The heading of an artifact; of made-up figures it begins with "Sample data". */
export function titled(title: string, sample: boolean): string {
  return sample ? `Sample data: ${title.charAt(0).toLowerCase()}${title.slice(1)}` : title
}

/** Sixteen digits tell two tables apart; the whole hash is made anew from the rows by whoever doubts. */
const DIGITS_SHOWN = 16

function provenance({ sample, rows, method, source }: FlowReport, ctx: FlowContext): readonly string[] {
  const hash = contentHash(rows).replace(/^.*:/, '').slice(0, DIGITS_SHOWN)
  const origin =
    source === undefined
      ? sample
        ? 'Source: made up by the flow, the same each time'
        : 'Source: the rows that were given'
      : `Source: ${source.name}, ${source.what}; licence ${source.licence}; read for ${ctx.dueAt.toISOString().slice(0, 10)}`
  return [
    ...(method === undefined ? [] : [`Method: ${method}`]),
    `${origin}. Table: ${formatCount(rows.length, 'row')}, hash ${hash}.`,
  ]
}
