/** The hooks of a flow whose run has crashed for good, called in the process that found it. */
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { AnyFlow } from './flow.ts'
import type { Host } from './host.ts'
import { closeClients, createRunScope } from './run-scope.ts'
import { callFlowHooks } from './run-state.ts'
import type { Frame } from './runtime-info.ts'
import { createStepTable } from './steps.ts'

/** `run` is as it was given up. What a hook throws is logged on the run and changes nothing. */
export async function callCrashHooks(
  { core }: Pick<AnyFlow, 'core'>,
  run: FlowRun,
  state: State,
  host: Host,
): Promise<void> {
  if (core.hooks.onCrashed === undefined) return
  const scope = createRunScope({ host, flow: core, run, steps: createStepTable(), parent: undefined })
  const frame: Frame = { scope, step: null, signal: scope.signal, within: { key: null, seen: new Map() } }
  try {
    await callFlowHooks(frame, 'onCrashed', state)
    await closeClients(scope)
    await scope.recorder.flushLogs()
  } finally {
    scope.close()
  }
}
