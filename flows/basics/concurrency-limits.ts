/**
 * How do tasks share a server that bears only so many at once?
 *
 * Two tasks of different kinds ask the same server. Each takes a slot of one named limit while it asks, so never more than
 * that are asking, whichever task, run or process they belong to; the others wait, oldest first. A third task sends reports
 * at a pace: it takes a token of a rate before each. Sample data: the server is a wait.
 *
 * In a store that has no limit of these names they are created; an existing one counts as it is, so an operator can make
 * it smaller without touching the flow.
 */
import { flow, MINUTE, table, task, type TaskContext } from 'd2flow'
import { z } from 'zod'
import { mostAtOnce } from './most-at-once.ts'

const SERVER = 'example-server'
const PACE = 'example-reports'

const Params = z.object({
  slots: z.int().min(1).max(10).default(2).describe('how many may ask the server at once, when the limit is new'),
  requests: z.int().min(1).max(50).default(4).describe('how often each of the two tasks asks'),
  reports: z.int().min(0).max(10).default(2).describe('how many reports are sent'),
  askMs: z.int().min(0).default(50).describe('how long the server takes to answer, in milliseconds'),
})

interface Asking {
  readonly request: number
  readonly slots: number
  readonly askMs: number
}

/** Asks while it holds a slot; says from when to when. */
async function ask(what: string, { request, slots, askMs }: Asking, ctx: TaskContext) {
  const during = async () => {
    const beganAtMs = ctx.clock.monotonicMs()
    await ctx.sleep(askMs)
    return { what, request, beganAtMs, endedAtMs: ctx.clock.monotonicMs() }
  }
  return await ctx.withSlots(SERVER, 1, during, { createIfMissing: slots })
}

const fetchRows = task({ name: 'fetch-rows', run: (asking: Asking, ctx) => ask('fetch', asking, ctx) })
const fetchUnits = task({ name: 'fetch-units', run: (asking: Asking, ctx) => ask('units', asking, ctx) })

const sendReport = task({
  name: 'send-report',
  async run(report: number, ctx) {
    await ctx.takeTokens(PACE, 1, { createIfMissing: { tokens: 10, perMs: MINUTE } })
    return report
  },
})

export const concurrencyLimits = flow({
  name: 'concurrency-limits',
  params: Params,
  async run({ slots, requests, reports, askMs }, ctx) {
    const request = numbers(requests)
    const asked = await Promise.all([
      ...fetchRows.map({ request, slots, askMs }),
      ...fetchUnits.map({ request, slots, askMs }),
    ])
    const sent = await Promise.all(sendReport.map(numbers(reports)))

    const most = mostAtOnce(asked)
    await ctx.publish(table('concurrency-limits', asked, `Sample data: at most ${most} at once`))
    return { requests: asked.length, mostAtOnce: most, reports: sent.length }
  },
})

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
