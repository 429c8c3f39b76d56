/**
 * How many tasks of a flow are under way at once, and what makes computing faster?
 *
 * The same four waits are mapped under three runners: 50 at once (what a flow has that names none), three, and one. The
 * values are the same under each and come in the order of the items; only how many wait together differs. Runners overlap
 * waiting, never computing: a flow has one thread. The last step computes and says `cpu: true`, so that it has threads of
 * its own, on as many processors as there are. Sample data.
 */
import { atOnce, concurrent, flow, table, task } from 'd2flow'
import { z } from 'zod'
import { mostAtOnce } from './most-at-once.ts'

const Params = z.object({
  items: z.array(z.int().min(1).max(100_000)).min(1).default([10, 100, 1_000, 10_000]).describe('numbers to look into'),
  waitMs: z.int().min(0).default(20).describe('how long each wait takes, in milliseconds'),
})

interface Wait {
  readonly item: number
  readonly waitMs: number
}

/** Waits, as a request does. */
const wait = task({
  name: 'wait',
  async run({ item, waitMs }: Wait, ctx) {
    const beganAtMs = ctx.clock.monotonicMs()
    await ctx.sleep(waitMs)
    return { item, beganAtMs, endedAtMs: ctx.clock.monotonicMs() }
  },
})

const countPrimes = task({
  name: 'count-primes',
  cpu: true,
  run(below: number) {
    const isComposite = new Uint8Array(below)
    let primes = 0
    for (let n = 2; n < below; n += 1) {
      if (isComposite[n] === 1) continue
      primes += 1
      for (let multiple = n * n; multiple < below; multiple += n) isComposite[multiple] = 1
    }
    return primes
  },
})

const runners = [
  { name: 'concurrent', runner: concurrent() },
  { name: 'at-once-3', runner: atOnce(3) },
  { name: 'at-once-1', runner: atOnce(1) },
]

const waitsUnder = runners.map(({ name, runner }) =>
  flow({
    name: `waits-${name}`,
    runner,
    params: Params,
    run: async ({ items, waitMs }) => await Promise.all(wait.map({ item: items, waitMs })),
  }),
)

export const taskRunners = flow({
  name: 'task-runners',
  params: Params,
  async run(params, ctx) {
    const rows = []
    for (const [index, waits] of waitsUnder.entries()) {
      const ended = await waits(params)
      const items = ended.map(({ item }) => item)
      rows.push({ runner: runners[index]?.name ?? '', items: items.join(', '), mostAtOnce: mostAtOnce(ended) })
    }
    const primes = await Promise.all(countPrimes.map(params.items))
    rows.push({ runner: 'threads', items: params.items.join(', '), mostAtOnce: null })

    await ctx.publish(table('task-runners', rows, 'Sample data: the same map under each runner'))
    return { rows, primes }
  },
})
