import { describe, expect, it } from 'vitest'
import { isToolkitError } from '../../src/base/errors.ts'
import { newState } from '../../src/model/new-state.ts'
import {
  assertTransition,
  isSettled,
  isSuspended,
  isTerminal,
  mayBecome,
  STATE_TYPES,
  TRANSITIONS,
  type RunKind,
  type StateType,
} from '../../src/model/state.ts'

/**
 * The table of section 1.1 of the engine's specification, written out a second time, as a picture: a row is what a run
 * is, a column what it may become. `x` always, `N` only under a name (see below).
 */
const COLUMNS = [
  'scheduled',
  'pending',
  'running',
  'paused',
  'completed',
  'failed',
  'crashed',
  'cancelling',
  'cancelled',
]
const FLOW = `
  new        x x . . . . . . .
  scheduled  x x . . . . . . x
  pending    x . x . x x x x .
  running    x . x x x x x x .
  paused     x . x . . x x x N
  completed  . . . . . . . . .
  failed     x . . . . . . . .
  crashed    x . . . . . . . .
  cancelling . . . . . . . . x
  cancelled  x . . . . . . . .`
const TASK = `
  new        . x . . . . . . .
  scheduled  x . x . . . x . x
  pending    . N x . x x x . x
  running    x . x . x x x . x
  paused     . . . . . . . . .
  completed  . . . . N . . . .
  failed     x . . . . . . . .
  crashed    x . . . . . . . .
  cancelling . . . . . . . . .
  cancelled  . . . . . . . . .`

/** The arrows that hang on a name: the state before, or the state after, must bear one of these. */
const BY_NAME: Readonly<Record<string, { readonly before?: readonly string[]; readonly after?: readonly string[] }>> = {
  'flow paused cancelled': { before: ['Suspended'] },
  'task pending pending': { after: ['NotReady'] },
  'task completed completed': { after: ['RolledBack', 'Superseded'] },
}

function arrows(kind: RunKind, picture: string): readonly (readonly [RunKind, StateType | 'new', StateType, string])[] {
  return picture
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [from = '', ...marks] = line.trim().split(/\s+/)
      return marks.map((mark, column) => [kind, from as StateType, COLUMNS[column] as StateType, mark] as const)
    })
}

const ALL = [...arrows('flow', FLOW), ...arrows('task', TASK)]
const usual = (type: StateType | 'new') => (type === 'new' ? 'new' : newState(type, new Date(0)))

function refusalOf(work: () => void): string | null {
  try {
    work()
    return null
  } catch (error) {
    return isToolkitError(error) ? error.code : 'something else'
  }
}

describe('the transition table', () => {
  it('knows every pair of types for both kinds of run', () => {
    expect(COLUMNS).toEqual([...STATE_TYPES])
    expect(ALL).toHaveLength(2 * 10 * 9)
    expect(Object.keys(TRANSITIONS.flow).sort()).toEqual(['new', ...STATE_TYPES].sort())
    expect(Object.keys(TRANSITIONS.task).sort()).toEqual(['new', ...STATE_TYPES].sort())
  })

  it.each(ALL)('%s: %s to %s is "%s"', (kind, from, to, mark) => {
    const before = usual(from)
    const after = newState(to, new Date(0))

    const refusal = refusalOf(() => assertTransition(kind, before, after))

    expect(mayBecome(kind, before, after)).toBe(mark === 'x')
    expect(refusal).toBe(mark === 'x' ? null : 'engine/transition')
  })

  it.each(ALL.filter(([, , , mark]) => mark === 'N'))('%s: %s to %s hangs on a name', (kind, from, to) => {
    const { before = ['Any'], after = ['Any'] } = BY_NAME[`${kind} ${from} ${to}`] ?? {}
    const state = (type: StateType, name: string) => newState(type, new Date(0), { name })

    const named = before.flatMap((one) => after.map((other) => [one, other] as const))
    for (const [one, other] of named) {
      expect(mayBecome(kind, state(from as StateType, one), state(to, other))).toBe(true)
    }
    expect(mayBecome(kind, state(from as StateType, 'Other'), state(to, 'Other'))).toBe(false)
  })

  it('says which arrow was refused, and is not to be tried again', () => {
    const before = newState('completed', new Date(0))
    const after = newState('running', new Date(0), { name: 'Retrying' })

    expect(() => assertTransition('flow', before, after)).toThrow(
      expect.objectContaining({
        code: 'engine/transition',
        message: 'a flow run cannot go from completed (Completed) to running (Retrying)',
        retryable: false,
        hint: expect.stringContaining('start a new one'),
      }),
    )
  })
})

describe('a state', () => {
  it('is terminal when nothing more happens by itself', () => {
    const terminal = STATE_TYPES.filter((type) => isTerminal({ type }))

    expect(terminal).toEqual(['completed', 'failed', 'crashed', 'cancelled'])
  })

  it('is suspended when it waits for a person and no process holds it', () => {
    expect(isSuspended({ type: 'paused', name: 'Suspended' })).toBe(true)
    expect(isSuspended({ type: 'paused', name: 'Paused' })).toBe(false)
    expect(isSuspended({ type: 'scheduled', name: 'Suspended' })).toBe(false)
  })

  it('is settled when it is terminal, or when an earlier step failed and it never runs', () => {
    const settled = STATE_TYPES.filter((type) => isSettled(newState(type, new Date(0))))

    expect(settled).toEqual(['completed', 'failed', 'crashed', 'cancelled'])
    expect(isSettled(newState('pending', new Date(0), { name: 'NotReady' }))).toBe(true)
    expect(isSettled(newState('running', new Date(0), { name: 'NotReady' }))).toBe(false)
  })

  it('has the name of its type, no message and no details, when nothing else is said', () => {
    expect(newState('cancelling', new Date('2026-01-02T03:04:05.678Z'))).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'cancelling',
      name: 'Cancelling',
      at: '2026-01-02T03:04:05.678Z',
      message: null,
      details: {},
    })
  })
})
