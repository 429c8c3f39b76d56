/** The flows that are run while things go wrong, and what they give when nothing does. */
import { flow, runtime, task, type AnyFlow } from 'd2flow'
import { z } from 'zod'

export const BLOCKED_MS = 400

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
    run(n: number) {
      note()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS)
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
    params: z.object({ n: z.number() }),
    async run({ n }) {
      const first = await stage({ n, ms: 5 })
      return await stage({ n: await blocking(first), ms: 5 })
    },
  })

  return [work, slow, part]
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

function next(n: number): number {
  return n * 3 + 1
}
