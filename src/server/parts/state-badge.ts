/** A state by colour and word and shape, for readers who see one of them less well. */
import type { State, StateType } from '../../model/state.ts'
import { html, raw, type Html } from '../html.ts'

export type StateTone = 'good' | 'warning' | 'bad' | 'busy' | 'neutral'

const TONES: Readonly<Record<StateType, StateTone>> = {
  scheduled: 'neutral',
  pending: 'neutral',
  running: 'busy',
  paused: 'warning',
  completed: 'good',
  failed: 'bad',
  crashed: 'bad',
  cancelling: 'warning',
  cancelled: 'neutral',
}

/** In a square of ten. */
const SHAPES: Readonly<Record<StateType, string>> = {
  scheduled: '<circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  pending:
    '<circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2 1.6"/>',
  running: '<path d="M2.5 1.2 8.8 5 2.5 8.8z"/>',
  paused: '<path d="M2 1.5h2.2v7H2zM5.8 1.5H8v7H5.8z"/>',
  completed: '<circle cx="5" cy="5" r="4.2"/>',
  failed: '<path d="M1.2 1.2h7.6v7.6H1.2z"/>',
  crashed: '<path d="M2.4 1 5 3.6 7.6 1 9 2.4 6.4 5 9 7.6 7.6 9 5 6.4 2.4 9 1 7.6 3.6 5 1 2.4z"/>',
  cancelling: '<path d="M5 .8 9.4 9H.6z" fill="none" stroke="currentColor" stroke-width="1.4"/>',
  cancelled: '<path d="M1 4h8v2H1z"/>',
}

export function toneOfState({ type, name }: Pick<State, 'type' | 'name'>): StateTone {
  return name === 'CompletedWithErrors' || name === 'Late' ? 'warning' : TONES[type]
}

export function stateBadge(state: Pick<State, 'type' | 'name'>): Html {
  return html`<span class="badge ${toneOfState(state)}">${stateShape(state.type)}${wordsOf(state.name)}</span>`
}

export function stateShape(type: StateType): Html {
  return raw(`<svg class="shape" viewBox="0 0 10 10" aria-hidden="true">${SHAPES[type]}</svg>`)
}

/** "CompletedWithErrors" as "Completed with errors". */
export function wordsOf(name: string): string {
  const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
