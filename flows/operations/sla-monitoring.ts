/**
 * Which tasks were too slow?
 *
 * Each stage is timed on the clock that only grows, and its time is held against the limit of its name; a stage without a
 * limit of its own has one second. At the limit is in time. A breach does not stop the work: the run completes with errors,
 * so that nobody takes it for green. Sample data: the stages wait.
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

const Params = z.object({
  stages: z
    .array(z.object({ name: z.string().min(1), takesMs: z.number().min(0) }))
    .min(1)
    .default([
      { name: 'extract', takesMs: 120 },
      { name: 'transform', takesMs: 620 },
      { name: 'load', takesMs: 700 },
    ])
    .describe('what is done, and how long each takes'),
  limitsMs: z
    .record(z.string(), z.number().positive())
    .default({ extract: 500, transform: 500 })
    .describe('how long each may take, in milliseconds'),
  otherwiseMs: z.number().positive().default(1_000).describe('the limit of a stage that has none of its own'),
})

const work = task({
  name: 'work',
  async run({ takesMs }: { name: string; takesMs: number }, ctx) {
    const beganAtMs = ctx.clock.monotonicMs()
    await ctx.sleep(takesMs)
    return ctx.clock.monotonicMs() - beganAtMs
  },
})

export const slaMonitoring = flow({
  name: 'sla-monitoring',
  params: Params,
  async run({ stages, limitsMs, otherwiseMs }, ctx) {
    const rows = []
    for (const stage of stages) {
      const tookMs = Math.round(await work(stage))
      const limitMs = limitsMs[stage.name] ?? otherwiseMs
      rows.push({ stage: stage.name, tookMs, limitMs, outcome: outcomeOf(tookMs, limitMs) })
    }
    const breaches = rows.filter(({ outcome }) => outcome === 'BREACH').map(({ stage }) => stage)
    await ctx.publish(
      table('sla-monitoring', rows, `Sample data: ${breaches.length} of ${rows.length} stages too slow`),
    )
    if (breaches.length > 0) ctx.warn(`too slow: ${breaches.join(', ')}`)
    return { breaches }
  },
})

/** At the limit is in time. */
export function outcomeOf(tookMs: number, limitMs: number): 'OK' | 'BREACH' {
  return tookMs <= limitMs ? 'OK' : 'BREACH'
}
