/**
 * What becomes of bad records?
 *
 * Source: records given as parameters; with none given, six made-up ones, three of which are bad.
 * A record without a name or a value, or with a negative value, is set aside with the reason; the others go on. Only what a
 * check says about a record sets it aside: a mistake in the program fails the run.
 */
import { DataError, flow, table, task } from 'd2flow'
import { quarantine } from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const Record = z.looseObject({
  id: z.union([z.int(), z.string()]),
  name: z.string().nullish(),
  value: z.number().nullish(),
})

type Record = z.output<typeof Record>

const SAMPLE: Record[] = [
  { id: 1, name: 'alpha', value: 10 },
  { id: 2, name: '', value: 20 },
  { id: 3, name: 'gamma', value: null },
  { id: 4, name: 'delta', value: -4 },
  { id: 5, name: 'epsilon', value: 0 },
  { id: 6, name: 'zeta', value: 60 },
]

const loadRecords = task({
  name: 'load-records',
  run: ({ records }: { records: readonly { name: string; value: number }[] }) => ({
    loaded: records.length,
    sum: records.reduce((sum, { value }) => sum + value, 0),
  }),
})

export const errorHandlingEtl = flow({
  name: 'error-handling-etl',
  params: z.object({
    records: z.array(Record).nullable().default(null).describe('with id, name and value; null is sample data'),
  }),
  async run({ records: given }, ctx) {
    const records = given ?? SAMPLE
    const { goodRecords, badRecords, errors } = quarantine(records, checkRecord)
    const { loaded, sum } = await loadRecords({ records: goodRecords })

    const sample = given === null
    await publishReport(ctx, {
      key: 'error-handling-etl',
      title: 'Records that were set aside',
      sample,
      rows: badRecords.map((record, index) => ({
        id: record.id,
        name: record.name ?? null,
        value: record.value ?? null,
        reason: errors[index] ?? '',
      })),
      paragraphs: [
        `**${loaded} of ${records.length} records** were loaded, with a sum of ${sum}, and ${badRecords.length} set aside.`,
        ...errors,
      ],
    })
    await ctx.publish(table('error-handling-etl-good', goodRecords, titled('Records that were loaded', sample)))
    if (badRecords.length > 0) ctx.warn(`${badRecords.length} of ${records.length} records were set aside`)
    return { goodRecords, badRecords, errors, sum }
  },
})

function checkRecord({ id, name, value }: Record) {
  if (name === null || name === undefined || name.trim() === '') throw new DataError('data/value', 'missing name')
  if (value === null || value === undefined) throw new DataError('data/value', 'missing value')
  if (value < 0) throw new DataError('data/value', 'negative value')
  return { id, name, value }
}
