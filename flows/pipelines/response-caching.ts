/**
 * How many calls does a cache save?
 *
 * Source: sample data: a made-up service and eight requests to it, three of which ask again for what is known.
 * An answer is kept under the hash of endpoint and parameters, whatever their order, and is used again until it is older
 * than the time to live.
 */
import { flow, task } from 'd2flow'
import { roundTo } from 'd2flow/analysis'
import { createResponseCache, responseKey } from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const Request = z.object({
  endpoint: z.string(),
  parameters: z.record(z.string(), z.json()).default({}),
  afterMs: z.int().min(0).default(0).describe('time since the request before, in the script'),
})

type Request = z.output<typeof Request>

const REQUESTS: z.input<typeof Request>[] = [
  { endpoint: '/org-units', parameters: { level: 2, page: 1 } },
  { endpoint: '/org-units', parameters: { level: 2, page: 2 } },
  { endpoint: '/org-units', parameters: { page: 1, level: 2 } },
  { endpoint: '/indicators', parameters: { group: 'anc' } },
  { endpoint: '/indicators', parameters: { group: 'anc' } },
  { endpoint: '/indicators', parameters: { group: 'epi' } },
  { endpoint: '/org-units', parameters: { level: '2', page: 1 } },
  { endpoint: '/org-units', parameters: { level: 2, page: 2 } },
]

const callService = task({
  name: 'call-service',
  retry: { attempts: 3, delaysMs: [2_000, 5_000] },
  run: ({ endpoint, parameters }: Pick<Request, 'endpoint' | 'parameters'>) => ({
    endpoint,
    rows: 10 * Object.keys(parameters).length,
  }),
})

export const responseCaching = flow({
  name: 'response-caching',
  params: z.object({
    requests: z
      .array(Request)
      .default(REQUESTS.map((request) => Request.parse(request)))
      .describe('in this order'),
    ttlMs: z.int().min(0).default(300_000).describe('how long an answer is used, in milliseconds'),
  }),
  async run({ requests, ttlMs }, ctx) {
    // the script has a time of its own, so that nobody waits
    let scriptMs = 0
    const cache = createResponseCache({ clock: { monotonicMs: () => scriptMs }, ttlMs })
    const rows: { request: number; endpoint: string; key: string; answer: 'hit' | 'miss' }[] = []
    for (const [index, { endpoint, parameters, afterMs }] of requests.entries()) {
      scriptMs += afterMs
      // each call is a step of its own, also when the same one is made again after the answer grew too old
      const call = () => callService({ endpoint, parameters }, { key: `request ${index + 1}` })
      const { wasHit } = await cache.get(endpoint, parameters, async () => await call())
      const key = responseKey(endpoint, parameters)
      rows.push({ request: index + 1, endpoint, key, answer: wasHit ? 'hit' : 'miss' })
    }

    const statistics = cache.statistics()
    await publishReport(ctx, {
      key: 'response-caching',
      title: 'Requests, and which of them reached the service',
      sample: true,
      rows,
      paragraphs: [
        `**${statistics.hits} of ${statistics.requests} calls** were saved: a hit rate of ${roundTo(statistics.rate, 4)}.`,
        'Nothing is missing: a failed call is not kept, and would have failed the flow.',
      ],
    })
    return { ...statistics, rows }
  },
})
