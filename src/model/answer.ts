/**
 * A run that waits for a person, and what they said.
 *
 * Both stand in the run's history and nowhere else: the question in the details of the `paused` state, the answer in
 * those of the state that ended it. So a body that runs again from the top finds what was answered before.
 */
import type { JsonValue } from '../base/json.ts'
import { isTerminal, type State } from './state.ts'

/** What a paused run waits for. */
export interface Question {
  /** Which wait of the body it is. */
  readonly key: string
  /** Approval wants a yes or a no; a pause only wants to be resumed. */
  readonly kind: 'pause' | 'approval'
  readonly text: string
  /** ISO 8601; null: it waits for ever. */
  readonly expiresAt: string | null
  /** JSON Schema of what the answer may bring along; null when it brings nothing. */
  readonly input: Readonly<Record<string, unknown>> | null
}

export interface Answer {
  /** False only for an approval that was refused. */
  readonly approved: boolean
  /** Who said so, as they call themselves. */
  readonly by: string
  readonly input: JsonValue
}

/** The question of a paused state; null for every other state. */
export function questionOf({ type, details, message }: State): Question | null {
  if (type !== 'paused' || details.pauseKey === undefined) return null
  return {
    key: details.pauseKey,
    kind: details['kind'] === 'approval' ? 'approval' : 'pause',
    text: message ?? '',
    expiresAt: details.pauseExpiresAt ?? null,
    input: (details['input'] as Question['input'] | undefined) ?? null,
  }
}

/** How the wait with this key ended: with an answer, or because its time was up. Null while it has not. */
export function endOfWait(history: readonly State[], key: string): Answer | 'expired' | null {
  for (const { type, details } of sinceAskedAfresh(history)) {
    if (type === 'paused' || details.pauseKey !== key) continue
    if (details['expired'] === true) return 'expired'
    const answer = details['answer'] as Answer | undefined
    if (answer !== undefined) return answer
  }
  return null
}

/** When the sleep with this key ends, ISO 8601; null when it was never begun. */
export function endOfSleep(history: readonly State[], key: string): string | null {
  for (const { details } of sinceAskedAfresh(history)) {
    if (details['sleepKey'] === key) return (details['sleepsUntil'] as string | undefined) ?? null
  }
  return null
}

/**
 * What still counts. A person who asks for a step again (`voidSince`, ISO 8601) takes back what was answered from that
 * moment on, because it was an answer to what is now done anew; a run that ended because nobody answered asks again.
 */
function sinceAskedAfresh(history: readonly State[]): readonly State[] {
  let kept: State[] = []
  for (const state of history) {
    const since = state.details['voidSince']
    if (typeof since === 'string') kept = kept.filter(({ at }) => at < since)
    if (isTerminal(state)) kept = kept.filter(({ details }) => details['expired'] !== true)
    kept.push(state)
  }
  return kept
}
