/** The flows that are run while things go wrong, and what they give when nothing does. */
import { spawn } from 'node:child_process'
import { flow, runtime, task, type AnyFlow } from 'd2flow'
import { z } from 'zod'

const BLOCKED_MS = 400

/** @param effect is called where a body would change the world */
export function buildFlows(effect: (where: { run: string; step: string; task: string }) => void): readonly AnyFlow[] {
  const note = () => {
    const { flowRun, taskRun } = runtime
    effect({ run: flowRun?.id ?? '', step: taskRun?.id ?? '', task: taskRun?.taskName ?? '' })
  }

  const stage = task({
    name: 'stage',
    async run({ n, ms }: { n: number; ms: number }) {
      note()
      await new Promise((resolve) => setTimeout(resolve, ms))
      return next(n)
    },
  })

  /** Computes without a pause: while it does, its process hears of nothing. */
  const blocking = task({
    name: 'blocking',
    run({ n, ms }: { n: number; ms: number }) {
      note()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      return next(n)
    },
  })

  const part = flow({
    name: 'part',
    params: z.object({ n: z.number() }),
    run: async ({ n }) => (await stage({ n, ms: 10 })) + (await stage({ n: n + 1, ms: 10 })),
  })

  const work = flow({
    name: 'work',
    params: z.object({ n: z.number() }),
    async run({ n }, ctx) {
      ctx.log.info('begins')
      let value = n
      for (const step of [1, 2, 3]) value = await stage({ n: value, ms: 30 * step }, { key: `step ${step}` })
      const many = await Promise.all(stage.map({ n: [n, n + 1, n + 2, n + 3], ms: 40 }))
      return { value, many, part: await part({ n }) }
    },
  })

  const slow = flow({
    name: 'slow',
    params: z.object({ n: z.number(), blockedMs: z.number().default(BLOCKED_MS) }),
    async run({ n, blockedMs }) {
      const first = await stage({ n, ms: 5 })
      return await stage({ n: await blocking({ n: first, ms: blockedMs }), ms: 5 })
    },
  })

  const stages = flow({
    name: 'stages',
    params: z.object({ n: z.number() }),
    async run({ n }) {
      let value = n
      for (const step of [1, 2, 3, 4, 5]) value = await stage({ n: value, ms: 100 }, { key: `step ${step}` })
      return { value, at: Array.from({ length: 100 }, (_, index) => value / (index + 1)) }
    },
  })

  const noop = flow({ name: 'noop', params: z.object({ n: z.number() }), run: ({ n }) => next(n) })

  const heeding = flow({
    name: 'heeding',
    params: z.object({ n: z.number() }),
    run: async (_, ctx) =>
      await new Promise<never>((__, reject) => ctx.signal.addEventListener('abort', () => reject(asError(ctx.signal)))),
  })

  /** Heeds neither its signal nor SIGTERM, and starts a process that does not either. */
  const deaf = flow({
    name: 'deaf',
    params: z.object({ n: z.number() }),
    async run() {
      process.on('SIGTERM', () => {})
      spawn('sh', ['-c', 'trap "" TERM; while true; do sleep 0.2; done'], { stdio: 'inherit' })
      await new Promise(() => setInterval(() => {}, 1_000))
    },
  })

  return [work, slow, part, stages, noop, heeding, deaf]
}

/** The result of an unbroken run. */
export function expected(flowName: string, n: number): unknown {
  switch (flowName) {
    case 'work':
      return {
        value: next(next(next(n))),
        many: [n, n + 1, n + 2, n + 3].map(next),
        part: next(n) + next(n + 1),
      }
    case 'part':
      return next(n) + next(n + 1)
    default:
      return next(next(next(n)))
  }
}

function asError({ reason }: AbortSignal): Error {
  return reason as Error
}

function next(n: number): number {
  return n * 3 + 1
}
