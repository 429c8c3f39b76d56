/** What a store says when it refuses: the same words from every store. */
import { EngineError, StoreError } from '../base/errors.ts'
import type { State } from '../model/state.ts'

export function unknownRun(runId: string): StoreError {
  return new StoreError('store/not-found', `there is no run with the id "${runId}"`, {
    hint: 'list the runs with: d2flow flow-run ls',
    details: { runId },
  })
}

export function unknownTaskRun(taskRunId: string, runId: string): StoreError {
  return new StoreError('store/not-found', `run "${runId}" has no step with the id "${taskRunId}"`, {
    hint: 'create the step before you change its state',
    details: { runId, taskRunId },
  })
}

/** What has not ended may still write. */
export function notEnded(run: { readonly id: string; readonly name: string }): EngineError {
  return new EngineError('engine/transition', `run ${run.name} has not ended and cannot be deleted`, {
    hint: `wait for its end, or cancel it first: d2flow flow-run cancel ${run.name}`,
    details: { runId: run.id },
  })
}

/** The writer holds an older epoch than the store: somebody else has the run now. */
export function lostRun(runId: string, epoch: number, known: number): StoreError {
  return new StoreError('store/stale', `run "${runId}" is at epoch ${known}, this write came with epoch ${epoch}`, {
    hint: 'the run was taken over: stop working on it, or read it again',
    retryable: true,
    details: { runId, epoch, known },
  })
}

/** The run has moved on since the writer looked at it. */
export function runMovedOn(runId: string, present: Pick<State, 'name'>): StoreError {
  return new StoreError('store/stale', `run "${runId}" is ${present.name} by now: somebody else was faster`, {
    hint: 'look at the run again, and decide anew',
    retryable: true,
    details: { runId, state: present.name },
  })
}

export function runExists(runId: string): StoreError {
  return new StoreError('store/stale', `a run with the id "${runId}" exists already`, {
    hint: 'give every new run an id of its own',
    details: { runId },
  })
}

/** One key, one live run: the second caller is to find the first one's run, not to start another. */
export function keyTaken(flowName: string, key: string): StoreError {
  return new StoreError('store/stale', `a run of ${flowName} with the key "${key}" has not ended yet`, {
    hint: 'find that run by its key and resume it, or wait for its end',
    retryable: true,
    details: { flowName, key },
  })
}

export function nameTaken(what: 'block' | 'variable' | 'limit' | 'work pool', name: string): StoreError {
  return new StoreError('store/stale', `a ${what} is already saved as "${name}"`, {
    hint:
      what === 'limit'
        ? `choose another name, or change its number with: d2flow limit resize ${name} NUMBER`
        : 'choose another name, or replace it with --overwrite',
    details: { what, name },
  })
}

export function closedStore(address: string): StoreError {
  return new StoreError('store/unavailable', `the store ${address} is closed`, {
    hint: 'open it again before using it',
    details: { address },
  })
}
