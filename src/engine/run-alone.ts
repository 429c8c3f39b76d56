/** Flows and tasks that are called with nothing around them: they run at once, and nothing is kept. */
import { newState } from '../model/new-state.ts'
import type { FlowCore } from './flow-core.ts'
import type { FlowCallOptions } from './flow.ts'
import { Future, type FutureSource, type Settled } from './future.ts'
import { nothingAround } from './host.ts'
import { codeParams } from './parameters.ts'
import { concurrent } from './runners.ts'
import { currentFrame } from './runtime-info.ts'
import { submitTask } from './run-task.ts'
import type { SubmitOptions } from './step-work.ts'
import { runHere, type RunEnd } from './start-run.ts'
import type { TaskCore } from './task-core.ts'

export function submitFlowAlone(core: FlowCore, params: unknown, options: FlowCallOptions): Future<unknown> {
  return alone('flow', core.name, async () => {
    const parameters = await codeParams(core.params, params, core.name)
    return await runHere(core, parameters, {
      host: nothingAround,
      ...(options.tags === undefined ? {} : { tags: options.tags }),
    })
  })
}

/** A task outside of any flow is a run of one step. */
export function submitAlone(core: TaskCore, input: unknown, options: SubmitOptions): Future<unknown> {
  let outcome: Settled<unknown> | undefined
  const around: FlowCore = {
    name: core.name,
    version: core.version,
    params: null,
    retry: null,
    timeoutMs: null,
    recover: 'resume',
    hooks: {},
    runner: concurrent(),
    logPrints: null,
    keepWorkDir: false,
    run: async () => {
      const frame = currentFrame()
      if (frame !== undefined) outcome = await submitTask(frame, core, input, options).settled()
    },
    flow: core.task as unknown as FlowCore['flow'],
  }
  return alone('task', core.name, async () => {
    const end = await runHere(around, {}, { host: nothingAround })
    return { run: end.run, outcome: outcome ?? end.outcome }
  })
}

function alone(kind: FutureSource['kind'], name: string, work: () => Promise<RunEnd>): Future<unknown> {
  const source: FutureSource = { kind, id: '', name }
  const { future, finish } = Future.pending<unknown>(source)
  work()
    .then(({ run, outcome }) => {
      source.id = run.id
      source.name = run.name
      finish(outcome)
    })
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      finish({ state: newState('failed', nothingAround.clock.now(), { message }), error })
    })
  return future
}
