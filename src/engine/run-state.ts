/** The next state of a run: written with what goes with it, then told to whoever listens. */
import { toFailure } from '../base/failure.ts'
import type { State } from '../model/state.ts'
import type { Change, RunPatch } from '../store/store.ts'
import { contextOf } from './context.ts'
import { callHooks, type FlowHooks } from './hooks.ts'
import type { RunScope } from './run-scope.ts'
import { withinFrame, type Frame } from './runtime-info.ts'

export async function become(
  scope: RunScope,
  state: State,
  patch: RunPatch,
  beside: readonly Change[] = [],
): Promise<void> {
  const { id, epoch } = scope.run
  await scope.recorder.write([{ kind: 'run-state', runId: id, epoch, state, patch }, ...beside])
  scope.run = { ...scope.run, ...patch, state }
  scope.host.onState?.(state, scope.place(null))
}

/** What is written with an end: the messages that rules ask for. */
export async function tidings(scope: RunScope, state: State, patch: RunPatch): Promise<readonly Change[]> {
  const { run, host } = scope
  try {
    const messages = (await host.messages?.({ ...run, ...patch, state }, state)) ?? []
    return messages.map((message): Change => ({ kind: 'outbox', message }))
  } catch (error) {
    scope.log(null).error(`the messages about this run could not be made: ${toFailure(error).message}`)
    return []
  }
}

export async function callFlowHooks(frame: Frame, when: keyof FlowHooks, state: State): Promise<void> {
  const { scope } = frame
  const hooks = scope.flow.hooks[when]
  if (hooks === undefined) return
  const context = contextOf(frame, scope.run.runCount)
  await withinFrame(frame, () =>
    callHooks(hooks, `${scope.flow.name} (${when})`, context.log, scope.flow.flow, scope.run, state, context),
  )
}
