/**
 * How does a flow connect to a service of one's own?
 *
 * A block type is a schema and a way to open a client: three fields and a function here. The fields that are secret are
 * sealed at rest and print as ***; the client gets them, the flow never does. Save one with `d2flow block create` after
 * naming the type in the project file; the connection `sample` needs no saving and answers by itself (sample data).
 */
import { defineBlock, flow, HttpError, secret, table, task, type Io } from 'd2flow'
import { z } from 'zod'

const RegistrySettings = z.object({
  baseUrl: z.url({ protocol: /^(https?|sample)$/ }).describe('address of the registry'),
  apiKey: secret().describe('key that the registry gave out'),
  timeoutMs: z.int().positive().default(10_000).describe('how long one request may take, in milliseconds'),
})

export type Facility = Readonly<{ code: string; beds: number | null }>

export interface Registry {
  facilities(district: string): Promise<readonly Facility[]>
}

/** How the settings become a client: the one place that reveals the key. */
function openRegistry({ baseUrl, apiKey, timeoutMs }: z.output<typeof RegistrySettings>, io: Io): Registry {
  if (baseUrl.startsWith('sample:')) return SAMPLE_REGISTRY
  return {
    async facilities(district) {
      const url = `${baseUrl}/districts/${encodeURIComponent(district)}/facilities`
      const timeUp = AbortSignal.timeout(timeoutMs)
      const signal = io.signal === undefined ? timeUp : AbortSignal.any([io.signal, timeUp])
      const answer = await fetch(url, { headers: { 'x-api-key': apiKey.reveal() }, signal })
      if (!answer.ok) {
        throw new HttpError('http/status', `the registry answered ${answer.status}`, {
          hint: 'is the key still good? save the block again with --overwrite',
          details: { status: answer.status },
          retryable: answer.status >= 500,
        })
      }
      return z.array(z.object({ code: z.string(), beds: z.int().nullable() })).parse(await answer.json())
    },
  }
}

const SAMPLE_REGISTRY: Registry = {
  facilities: (district) =>
    Promise.resolve([
      { code: `${district}-01`, beds: 40 },
      { code: `${district}-02`, beds: null },
    ]),
}

export const facilityRegistry = defineBlock({
  slug: 'facility-registry',
  schema: RegistrySettings,
  open: openRegistry,
  builtIn: { sample: { baseUrl: 'sample://registry', apiKey: 'nobody-asks-for-it' } },
})

const fetchFacilities = task({
  name: 'fetch-facilities',
  retry: { attempts: 3, delaysMs: [2_000, 5_000] },
  async run({ connection, district }: { connection: string; district: string }, ctx) {
    const registry = await ctx.open(facilityRegistry, connection)
    return await registry.facilities(district)
  },
})

export const customBlocks = flow({
  name: 'custom-blocks',
  params: z.object({
    connection: z.string().default('sample').describe('name of a saved facility-registry block'),
    district: z.string().min(1).default('bo').describe('which district is asked for'),
  }),
  async run({ connection, district }, ctx) {
    const rows = await fetchFacilities({ connection, district })
    const missing = rows.filter(({ beds }) => beds === null).length
    const marked = connection === 'sample' ? 'Sample data: ' : ''
    await ctx.publish(table('custom-blocks', rows, `${marked}facilities of ${district}, beds of ${missing} not known`))
    return { facilities: rows.length, beds: rows.reduce((sum, { beds }) => sum + (beds ?? 0), 0), missing }
  },
})
