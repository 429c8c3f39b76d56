/**
 * The history of a run or a step: one line per state, oldest first, in a column of its row. The last line is the present.
 *
 * A line is a letter for the type, the id in 22 characters, and as JSON what is not as usual: a name of its own, a
 * message, details, a moment that is not the one in the id. Most states are 24 bytes. As rows of their own, with an index
 * each, the three states of a step took three times that and made every write touch two more pages.
 */
import { StoreError } from '../../base/errors.ts'
import type { State, StateDetails, StateType } from '../../model/state.ts'
import { UUID_FORM, uuidFromBase64, uuidToBase64 } from './packed.ts'

/** Written into stores: never reassign a letter. */
const LETTERS: Readonly<Record<StateType, string>> = {
  scheduled: 's',
  pending: 'p',
  running: 'r',
  paused: 'w',
  completed: 'c',
  failed: 'f',
  crashed: 'x',
  cancelling: 'g',
  cancelled: 'k',
}

const TYPES = new Map(Object.entries(LETTERS).map(([type, letter]) => [letter, type as StateType]))

/** A letter and 22 characters of id. */
const HEAD = 23

/** What differs from the usual state of its type. */
interface Unusual {
  id?: string
  at?: string
  name?: string
  message?: string
  details?: StateDetails
}

/** The line of a state, to be appended to its history. */
export function historyLine(state: State): string {
  const isUuid = UUID_FORM.test(state.id)
  const unusual: Unusual = {}
  if (!isUuid) unusual.id = state.id
  if (!isUuid || momentOf(state.id) !== state.at) unusual.at = state.at
  if (state.name !== usualName(state.type)) unusual.name = state.name
  if (state.message !== null) unusual.message = state.message
  if (Object.keys(state.details).length > 0) unusual.details = state.details

  const id = isUuid ? uuidToBase64(state.id) : '-'.repeat(HEAD - 1)
  const tail = Object.keys(unusual).length === 0 ? '' : JSON.stringify(unusual)
  return `${LETTERS[state.type]}${id}${tail}\n`
}

export function readHistory(history: string): readonly State[] {
  return history.trimEnd().split('\n').map(readLine)
}

export function lastState(history: string): State {
  return readLine(history.slice(history.lastIndexOf('\n', history.length - 2) + 1, -1))
}

function readLine(line: string): State {
  const type = TYPES.get(line.charAt(0))
  if (type === undefined) throw unreadable(line)
  const unusual = line.length === HEAD ? {} : (JSON.parse(line.slice(HEAD)) as Unusual)
  const id = unusual.id ?? uuidFromBase64(line.slice(1, HEAD))
  return {
    id,
    type,
    name: unusual.name ?? usualName(type),
    at: unusual.at ?? momentOf(id),
    message: unusual.message ?? null,
    details: unusual.details ?? {},
  }
}

/** The moment in a UUID of version 7: its first 48 bits are milliseconds. */
function momentOf(uuid: string): string {
  return new Date(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)).toISOString()
}

function usualName(type: StateType): string {
  return type.charAt(0).toUpperCase() + type.slice(1)
}

function unreadable(line: string): StoreError {
  return new StoreError('store/damaged', `a history holds the line "${line}", which is no state`, {
    hint: 'restore the store from a copy',
  })
}
