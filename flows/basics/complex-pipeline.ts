/**
 * How do subflows, mapping, retries and hooks work together?
 *
 * A flow reads four regions (one answers only at the second try), hands their rows to another that checks them, and
 * summarises what is left. A hook says how it ended. What was dropped is counted, never forgotten (sample data).
 */
import { flow, table, task, type FlowHook } from 'd2flow'
import { z } from 'zod'

const Row = z.object({ region: z.string(), cases: z.int().nullable() })

const readRegion = task({
  name: 'read-region',
  retry: { attempts: 3, delaysMs: [50, 100] },
  run({ region }: { region: string }, ctx) {
    if (region === 'East' && ctx.attempt === 1) throw new Error('the server of East is busy')
    return [
      { region, cases: region.length * 10 },
      { region, cases: region === 'South' ? null : region.length },
    ]
  },
})

const readRegions = flow({
  name: 'read-regions',
  params: z.object({ regions: z.array(z.string()) }),
  run: async ({ regions }) => (await Promise.all(readRegion.map({ region: regions }))).flat(),
})

const checkRow = task({ name: 'check-row', run: (row: z.output<typeof Row>) => ({ row, valid: row.cases !== null }) })

const checkRows = flow({
  name: 'check-rows',
  params: z.object({ rows: z.array(Row) }),
  async run({ rows }) {
    const checked = await Promise.all(checkRow.map(rows))
    return { kept: checked.filter(({ valid }) => valid).map(({ row }) => row), read: rows.length }
  },
})

const sayHowItEnded: FlowHook = (_, run, state, ctx) => ctx.log.info(`${run.name} ended as ${state.name}`)

export const complexPipeline = flow({
  name: 'complex-pipeline',
  params: z.object({
    regions: z.array(z.string().min(1)).min(1).default(['North', 'East', 'South', 'West']).describe('what is read'),
  }),
  onCompletion: [sayHowItEnded],
  onFailure: [sayHowItEnded],
  async run({ regions }, ctx) {
    const rows = await readRegions({ regions })
    const { kept, read } = await checkRows({ rows })
    const byRegion = Object.entries(Object.groupBy(kept, ({ region }) => region)).map(([region, of]) => ({
      region,
      rows: of?.length ?? 0,
      cases: of?.reduce((sum, row) => sum + (row.cases ?? 0), 0) ?? 0,
    }))
    const dropped = read - kept.length
    await ctx.publish(table('complex-pipeline', byRegion, `Sample data: ${read} rows read, ${dropped} dropped`))
    return { read, dropped, byRegion }
  },
})
