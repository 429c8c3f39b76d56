/**
 * Where does a setting come from that nobody gave?
 *
 * What the run is given wins over the variable of the store, which wins over the default in the code. So an operator can
 * change a setting for all runs (`d2flow variable set import_settings '{"batchSize":100}'`) and one run can still differ
 * (`-p batchSize=25`). Sample data: the rows are numbers.
 */
import { flow, table, task, type JsonValue } from 'd2flow'
import { z } from 'zod'

const DEFAULTS = { batchSize: 10, region: 'North' } as const

const Params = z.object({
  batchSize: z.int().min(1).max(1_000).optional().describe('rows in one batch; default: the variable, else 10'),
  region: z.string().min(1).optional().describe('default: the variable, else North'),
  variable: z.string().default('import_settings').describe('name of the variable that holds both'),
})

/** What the variable may hold. A slip in it is told, with its field, before anything is done. */
const Stored = z
  .object({ batchSize: z.int().min(1).max(1_000), region: z.string().min(1) })
  .partial()
  .strict()

const countBatches = task({
  name: 'count-batches',
  run: ({ rows, batchSize }: { rows: number; batchSize: number }) => Math.ceil(rows / batchSize),
})

export const variablesAndParams = flow({
  name: 'variables-and-params',
  params: Params,
  async run({ variable, ...given }, ctx) {
    const stored = Stored.parse(parsed(await ctx.variable(variable, { orElse: {} })))
    const batchSize = given.batchSize ?? stored.batchSize ?? DEFAULTS.batchSize
    const region = given.region ?? stored.region ?? DEFAULTS.region
    const from = (name: keyof typeof DEFAULTS) =>
      given[name] === undefined ? (stored[name] === undefined ? 'code' : 'variable') : 'parameter'

    const settings = [
      { setting: 'batchSize', value: batchSize, from: from('batchSize') },
      { setting: 'region', value: region, from: from('region') },
    ]
    await ctx.publish(table('variables-and-params', settings, 'Sample data: each setting, and where it comes from'))
    return { batchSize, region, batches: await countBatches({ rows: 250, batchSize }) }
  },
})

/** A variable may hold JSON, or a text that is JSON. */
function parsed(value: JsonValue): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}
