/**
 * How complete is a record after joining sources?
 *
 * Source: sample data: ten records and three made-up sources, each of which knows nothing of some of them.
 * A record keeps what was found and is never dropped; what a source does not know is null. Completeness is the number of
 * sources that knew the record, of three; the average is taken before rounding.
 */
import { flow, task } from 'd2flow'
import { contentHash, roundTo } from 'd2flow/analysis'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const TIERS = ['bronze', 'silver', 'gold'] as const

/** Each source knows all records but those whose id is a multiple of this. */
const UNKNOWN_EVERY = { demographic: 4, financial: 5, geographic: 7 } as const

type Source = keyof typeof UNKNOWN_EVERY

const SOURCES = Object.keys(UNKNOWN_EVERY) as Source[]

const lookUp = task({
  name: 'look-up',
  retry: { attempts: 3, delaysMs: [2_000, 5_000] },
  run: ({ source, ids }: { source: Source; ids: readonly number[] }) =>
    ids.filter((id) => id % UNKNOWN_EVERY[source] !== 0).map((id) => ({ id, value: sampleValue(source, id) })),
})

export const crossSourceEnrichment = flow({
  name: 'cross-source-enrichment',
  params: z.object({ records: z.int().min(0).default(10).describe('how many records to join, with ids from 1') }),
  async run({ records: count }, ctx) {
    const ids = Array.from({ length: count }, (_, index) => index + 1)
    const answers = await Promise.all(
      lookUp.map({ source: SOURCES, ids: ids.length === 0 ? [[], [], []] : [ids, ids, ids] }),
    )
    const known = answers.map((answer) => new Map(answer.map(({ id, value }) => [id, value])))

    const records = ids.map((id) => {
      const found = known.map((source) => source.get(id) ?? null)
      const sources = found.filter((value) => value !== null).length
      const [demographic = null, financial = null, geographic = null] = found
      return { id, demographic, financial, geographic, completeness: sources / SOURCES.length }
    })
    const average =
      count === 0 ? null : records.reduce((sum, { completeness }) => sum + completeness, 0) / records.length
    const complete = records.filter(({ completeness }) => completeness === 1).length
    const missing = SOURCES.map(
      (source) => `${records.filter((record) => record[source] === null).length} in ${source}`,
    )
    await publishReport(ctx, {
      key: 'cross-source-enrichment',
      title: 'Records and what three sources know of them',
      sample: true,
      rows: records.map((record) => ({ ...record, completeness: roundTo(record.completeness, 2) })),
      paragraphs: [
        `**${complete} of ${count} records** are complete; the average completeness is ${average === null ? 'not defined' : roundTo(average, 4)}.`,
        `Missing: ${missing.join(', ')}.`,
      ],
    })
    return { records, complete, averageCompleteness: average }
  },
})

function sampleValue(source: Source, id: number): string | number {
  if (source === 'demographic') return 20 + 3 * id
  if (source === 'geographic') return `district ${(id % 4) + 1}`
  // the same tier on every machine: from the hash of the record, not from a random number
  const [, hex = ''] = contentHash([{ id }]).split(':')
  return TIERS[Number.parseInt(hex.slice(0, 8), 16) % TIERS.length] ?? TIERS[0]
}
