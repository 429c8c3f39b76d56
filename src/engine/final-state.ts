/** How a flow that did not throw ends: by what it returned, and by what went wrong on the way. */
import { EngineError } from '../base/errors.ts'
import { isState, type State } from '../model/state.ts'
import { Future, type Settled } from './future.ts'
import type { RunScope } from './run-scope.ts'

export type Verdict =
  | { readonly value: unknown; readonly state: State | null }
  /** It returned something that failed. */
  | { readonly error: unknown }

/** The failures named in a message; the rest are counted. */
const NAMED_AT_MOST = 3

/**
 * What a flow returned, with its futures awaited, one level into lists and plain objects. A state among it decides; any
 * failed one makes the flow fail.
 */
export async function verdictOn(returned: unknown): Promise<Verdict> {
  if (isState(returned)) return verdictOnState(returned)
  if (returned instanceof Future) return verdictOnOutcome(await returned.settled())
  if (Array.isArray(returned)) return await verdictOnMembers(returned, (values) => values)
  if (!isPlain(returned)) return { value: returned, state: null }
  const names = Object.keys(returned)
  return await verdictOnMembers(Object.values(returned), (values) =>
    Object.fromEntries(names.map((name, index) => [name, values[index]])),
  )
}

async function verdictOnMembers(
  members: readonly unknown[],
  rebuild: (values: readonly unknown[]) => unknown,
): Promise<Verdict> {
  if (!members.some((member) => member instanceof Future || isState(member)))
    return { value: rebuild(members), state: null }
  const values: unknown[] = []
  for (const member of members) {
    if (member instanceof Future) {
      const verdict = verdictOnOutcome(await member.settled())
      if ('error' in verdict) return verdict
      values.push(verdict.value)
    } else if (isState(member) && member.type !== 'completed') {
      return verdictOnState(member)
    } else values.push(member)
  }
  return { value: rebuild(values), state: null }
}

function verdictOnOutcome(outcome: Settled<unknown>): Verdict {
  return 'error' in outcome ? { error: outcome.error } : { value: outcome.result, state: null }
}

function verdictOnState(state: State): Verdict {
  if (state.type === 'completed') return { value: undefined, state }
  return {
    error: new EngineError('engine/task-failed', state.message ?? `it returned a state of type ${state.type}`),
  }
}

export interface Blemishes {
  /** For the run's warning: failures nobody looked at, and what the flow itself said. */
  readonly warning: string | null
  /** For the state: also failures the flow went on after. Null: all is well. */
  readonly message: string | null
}

/** What a completed run must not hide. */
export function blemishesOf(scope: RunScope): Blemishes {
  const unseen = scope.failed.filter(({ future }) => !future.isHandled)
  const seen = scope.failed.filter(({ future, nested }) => future.isHandled && !nested)
  const warnings = [...(unseen.length === 0 ? [] : [failures(unseen)]), ...scope.warnings]
  const warning = warnings.length === 0 ? null : warnings.join('; ')
  if (seen.length === 0) return { warning, message: warning }
  const handled = `${failures(seen)}, and the flow went on`
  return { warning, message: warning === null ? handled : `${warning}; ${handled}` }
}

function failures(failed: RunScope['failed']): string {
  const names = failed.slice(0, NAMED_AT_MOST).map(({ message }) => message)
  const more = failed.length > NAMED_AT_MOST ? ` and ${failed.length - NAMED_AT_MOST} more` : ''
  const kinds = new Set(failed.map(({ future }) => future.kind))
  const noun = kinds.size > 1 ? 'step' : kinds.has('flow') ? 'subflow' : 'task'
  return `${failed.length} ${noun}${failed.length === 1 ? '' : 's'} failed: ${names.join(', ')}${more}`
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
