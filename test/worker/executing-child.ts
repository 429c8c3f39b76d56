/**
 * A process that executes runs for a supervisor, on a SQLite store, with flows that misbehave.
 *
 * node executing-child.ts STORE NOTES
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { flow, runtime, task, type AnyFlow } from 'd2flow'
import { systemClock } from '../../src/base/clock.ts'
import { executeRun } from '../../src/engine/run-flow.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { isGone, thisProcess } from '../../src/worker/identity.ts'
import { obeySupervisor } from '../../src/worker/within-child.ts'

const [path = '', notes = ''] = process.argv.slice(2)
const note = (line: string) => appendFileSync(notes, `${line}\n`)

const step = task({
  name: 'step',
  run(n: number) {
    note(`step ${n}`)
    return n
  },
})

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

const quick = flow({ name: 'quick', run: async () => [await step(1), process.pid] })

/** Dies in its second step, the first time. */
const dying = flow({
  name: 'dying',
  async run(_, ctx) {
    await step(1)
    if (runtime.flowRun?.runCount === 1) {
      ctx.log.info('about to die')
      console.error('out of luck')
      // what is printed is on its way before the end
      await new Promise((resolve) => setTimeout(resolve, 50))
      process.kill(process.pid, 'SIGKILL')
      await new Promise(() => {})
    }
    return await step(2)
  },
})

const heeding = flow({
  name: 'heeding',
  async run(_, ctx) {
    note('begun')
    await untilAborted(ctx.signal)
  },
})

/** Heeds nothing, and starts a process that heeds nothing either. */
const deaf = flow({
  name: 'deaf',
  async run() {
    process.on('SIGTERM', () => note('SIGTERM was heard'))
    const grandchild = spawn('sh', ['-c', 'trap "" TERM; while true; do sleep 0.1; done'], { stdio: 'inherit' })
    note(`grandchild ${grandchild.pid}`)
    note('begun')
    await new Promise(() => setInterval(() => {}, 1_000))
  },
})

/** Lets nobody else have a turn, for so long. */
const blocking = flow({
  name: 'blocking',
  run({ ms }: { ms: number }) {
    note('begun')
    const until = performance.now() + ms
    while (performance.now() < until);
    return 'done'
  },
})

const inner = flow({
  name: 'inner',
  async run({ ms }: { ms: number }) {
    return await blocking.fn({ ms })
  },
})
const outer = flow({ name: 'outer', run: async ({ ms }: { ms: number }) => await inner({ ms }) })

const flows: readonly AnyFlow[] = [quick, dying, heeding, deaf, blocking, outer]

const store = await openSqliteStore({ path, clock: systemClock })
const identity = thisProcess()
await obeySupervisor({
  line: process,
  async execute(run, lent) {
    const of = flows.find(({ name }) => name === run.flowName)
    if (of === undefined) throw new Error(`no flow ${run.flowName}`)
    return await executeRun(of, run, {
      store,
      clock: systemClock,
      identity,
      isGone: (worker) => isGone(worker, identity),
      ...lent,
    })
  },
})
await store.close()
process.exit(0)
