/**
 * How are similar tasks made?
 *
 * A factory is a function that returns a task: the tasks differ in name and source and share everything else, retries
 * included. Each source gives three records (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

const RECORDS_EACH = 3

function makeReader(source: string) {
  return task({
    name: `read-${source}`,
    retry: { attempts: 3, delaysMs: [2_000, 5_000] },
    run: () =>
      Array.from({ length: RECORDS_EACH }, (_, index) => ({
        source,
        id: `${source}-${index + 1}`,
        value: (index + 1) * 10,
      })),
  })
}

const readers = {
  clinics: makeReader('clinics'),
  laboratories: makeReader('laboratories'),
  pharmacies: makeReader('pharmacies'),
}

const Source = z.enum(Object.keys(readers) as [keyof typeof readers, ...(keyof typeof readers)[]])

export const taskFactories = flow({
  name: 'task-factories',
  params: z.object({
    sources: z.array(Source).default(['clinics', 'laboratories', 'pharmacies']).describe('which sources are read'),
  }),
  async run({ sources }, ctx) {
    const records = (await Promise.all(sources.map((source) => readers[source]()))).flat()
    await ctx.publish(table('task-factories', records, `Sample data: ${records.length} records`))
    return { records: records.length, bySource: Object.fromEntries(sources.map((source) => [source, RECORDS_EACH])) }
  },
})
