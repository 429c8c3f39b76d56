/**
 * What a flow can wait for beside its own work: a person, or a moment far away.
 *
 * A wait that lets the process go ends the attempt. The next one runs the body again from the top: steps that finished
 * give their stored results, waits that ended give what they ended with, and it goes on behind them. Every wait is known
 * by its key, or else by its question and how many like it came before.
 *
 * A run has one state, so it waits for one thing at a time: of waits that are begun together the next is asked when the
 * one before has ended.
 */
import type { z } from 'zod'
import { MINUTE } from '../base/duration.ts'
import { ConfigError, EngineError } from '../base/errors.ts'
import { endOfSleep, endOfWait, type Answer } from '../model/answer.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'
import { fingerprint } from './fingerprint.ts'
import { holdLimits } from './flow-limit.ts'
import { Future } from './future.ts'
import { parseModel } from './parameters.ts'
import { patiently } from './patiently.ts'
import { become } from './run-state.ts'
import type { RunScope } from './run-scope.ts'
import type { Frame } from './runtime-info.ts'
import { keyUsedTwice, stepKey } from './steps.ts'
import { cancelledAsWritten, leaseLost, waitingAs } from './stop.ts'

export interface PauseOptions {
  /** What the person who resumes it should know. */
  readonly reason?: string
  /** Names this wait within the run. */
  readonly key?: string
  /** How long it waits, in milliseconds; then it throws `engine/timeout`. Default: for ever. */
  readonly timeoutMs?: number
}

export interface ApprovalRequest<Input extends z.ZodType = z.ZodType<null>> {
  /** What is to be decided, in a sentence. */
  readonly question: string
  readonly key?: string
  readonly timeoutMs?: number
  /** What a yes may or must bring along; checked when it is given. */
  readonly input?: Input
}

export interface Approval<Input> {
  readonly approved: boolean
  /** Who decided, as they call themselves. */
  readonly by: string
  /** Null when it was refused, or when nothing was asked for. */
  readonly input: Input | null
}

/** The waits of a flow body. A task has none of them: what it waits for is its own. */
export interface Waits {
  /**
   * Stops here until a person resumes the run; the process stays, and the flow's time limit stands still. Needs a store.
   *
   * @throws EngineError `engine/timeout` when nobody did in time
   */
  pause(options?: PauseOptions): Promise<void>
  /**
   * Stops here until a person resumes the run; the process lets go of it, and whoever claims the run next goes on.
   * What it throws on the way out must not be caught.
   *
   * @throws ConfigError `config/setting` in a subflow, and without a store
   */
  suspend(options?: PauseOptions): Promise<void>
  /**
   * Asks a person for a yes or a no. A run of its own lets go of its process meanwhile; a subflow keeps it.
   *
   * @throws EngineError `engine/timeout` when nobody answered in time
   * @throws ConfigError `config/setting` without a store: nobody could answer
   */
  waitForApproval<Input extends z.ZodType = z.ZodType<null>>(
    request: ApprovalRequest<Input>,
  ): Promise<Approval<z.output<Input>>>
  /**
   * Sleeps until a moment, which is kept: the process may go away, or die, and the sleep ends when it would have.
   * A moment that has passed is no wait at all.
   */
  sleepUntil(moment: Date): Promise<void>
}

/** A sleep of this length is worth letting go of the process, which costs a body that runs again from the top. */
const LONG_SLEEP_MS = 5 * MINUTE
/** How often a process that stays looks whether somebody has answered. */
const LOOK_EVERY_MS = 500

export function waitsOf(frame: Frame): Waits & { sleep(ms: number): Promise<void> } {
  const { scope } = frame
  const { clock } = scope.host
  return {
    async pause({ reason, ...options } = {}) {
      await hold(frame, { kind: 'pause', text: reason ?? 'paused by the flow', stays: true, ...options })
    },
    async suspend({ reason, ...options } = {}) {
      if (scope.run.parentRunId !== null) throw suspendedSubflow(scope)
      await hold(frame, { kind: 'pause', text: reason ?? 'suspended by the flow', stays: false, ...options })
    },
    async waitForApproval({ question, input, ...options }) {
      const stays = scope.run.parentRunId !== null
      const wish: Wish = { kind: 'approval', text: question, stays, ...(input && { input }), ...options }
      const { approved, by, input: given } = await hold(frame, wish)
      if (!approved || input === undefined) return { approved, by, input: null }
      return { approved, by, input: (await parseModel(input, given, question, 'input')) as never }
    },
    sleepUntil: async (moment) => await sleepUntil(frame, moment),
    async sleep(ms) {
      if (ms < LONG_SLEEP_MS) await clock.sleep(ms, frame.signal)
      else await sleepUntil(frame, new Date(clock.now().getTime() + ms))
    },
  }
}

interface Wish {
  readonly kind: 'pause' | 'approval'
  readonly text: string
  readonly stays: boolean
  /** What a yes brings along. */
  readonly input?: z.ZodType
  readonly key?: string
  readonly timeoutMs?: number
}

async function hold(frame: Frame, wish: Wish): Promise<Answer> {
  const { scope } = frame
  if (scope.host.store === null) throw nobodyThere(scope, wish)
  const mark = wish.key === undefined ? { inputHash: fingerprint([wish.kind, wish.text]) } : { explicit: wish.key }
  const { key, isRepeated } = stepKey('wait', frame.within, mark)
  if (isRepeated) throw keyUsedTwice('wait', wish.key ?? '')
  return await inTurn(scope, async () => {
    const known = endOfWait(await historyOf(scope), key)
    if (known !== null) return accept(known, wish)
    if (!wish.stays) await quiet(scope)
    frame.signal.throwIfAborted()
    const state = pausedState(scope, wish, key, await jsonSchemaOf(wish))
    if (!wish.stays) return leave(scope, state)
    const goOn = holdLimits(scope)
    try {
      await become(scope, state, {})
      return accept(await answered(scope, state, key), wish)
    } finally {
      goOn()
    }
  })
}

function pausedState(scope: RunScope, { kind, text, stays, timeoutMs }: Wish, key: string, input: unknown): State {
  const at = scope.host.clock.now()
  return newState('paused', at, {
    name: stays ? 'Paused' : 'Suspended',
    message: text,
    details: {
      pauseKey: key,
      kind,
      reason: kind === 'approval' ? `waits for a yes or a no: ${text}` : `waits for somebody to resume it: ${text}`,
      ...(timeoutMs === undefined ? {} : { pauseExpiresAt: new Date(at.getTime() + timeoutMs).toISOString() }),
      ...(input === null ? {} : { input }),
    },
  })
}

/** What a form and a check of the answer are made from. */
async function jsonSchemaOf({ input }: Wish): Promise<unknown> {
  if (input === undefined) return null
  const { z } = await import('zod')
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
}

function accept(ended: Answer | 'expired', { text }: Wish): Answer {
  if (ended !== 'expired') return ended
  throw new EngineError('engine/timeout', `nobody answered in time: ${text}`, {
    hint: 'retry the run to have it asked again, or give it more time (timeoutMs)',
    retryable: false,
  })
}

/** In this process: looks at the store until somebody has answered or the time is up. */
async function answered(scope: RunScope, asked: State, key: string): Promise<Answer | 'expired'> {
  const { host } = scope
  const { clock } = host
  const expiresAtMs = Date.parse(asked.details.pauseExpiresAt ?? '')
  for (;;) {
    const leftMs = Number.isNaN(expiresAtMs) ? LOOK_EVERY_MS : expiresAtMs - clock.now().getTime()
    if (leftMs <= 0) {
      const details = { pauseKey: key, expired: true }
      await become(scope, newState('running', clock.now(), { message: 'nobody answered in time', details }), {})
      return 'expired'
    }
    await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), scope.signal)
    const present = await patiently(clock, async () => await host.store?.runs.get(scope.run.id))
    if (present === undefined || present === null || present.epoch !== scope.run.epoch) {
      scope.abort(leaseLost(scope.run.id))
      scope.signal.throwIfAborted()
      continue
    }
    if (present.state.id === asked.id) continue
    scope.run = { ...scope.run, state: present.state }
    host.onState?.(present.state, scope.place(null))
    if (present.state.type === 'cancelling') {
      scope.abort(cancelledAsWritten(present.state))
      scope.signal.throwIfAborted()
    }
    const ended = endOfWait((await host.store?.runs.history(scope.run.id)) ?? [], key)
    if (ended !== null) return ended
  }
}

async function sleepUntil(frame: Frame, moment: Date): Promise<void> {
  const { scope } = frame
  const { clock, store } = scope.host
  if (Number.isNaN(moment.getTime())) {
    throw new ConfigError('config/params', `${scope.run.flowName} was told to sleep until an invalid date`, {
      hint: 'give a moment, for example new Date(ctx.dueAt.getTime() + 6 * HOUR)',
    })
  }
  if (store === null) return await clock.sleep(moment.getTime() - clock.now().getTime(), frame.signal)
  const { key } = stepKey('sleep', frame.within, { inputHash: 'until' })
  await inTurn(scope, async () => {
    const known = endOfSleep(await historyOf(scope), key)
    const untilMs = known === null ? moment.getTime() : Date.parse(known)
    const leftMs = () => untilMs - clock.now().getTime()
    if (leftMs() <= 0) return
    const until = new Date(untilMs).toISOString()
    const message = `sleeps until ${until}`
    const details = { sleepKey: key, sleepsUntil: until, reason: message }
    if (scope.run.parentRunId === null && leftMs() >= LONG_SLEEP_MS) {
      await quiet(scope)
      if (leftMs() <= 0) return
      frame.signal.throwIfAborted()
      const state = { name: 'Resuming', message, details: { ...details, scheduledFor: until } }
      leave(scope, newState('scheduled', clock.now(), state))
    }
    if (known === null) {
      await become(scope, newState('running', clock.now(), { name: scope.run.state.name, message, details }), {})
    }
    await clock.sleep(leftMs(), frame.signal)
  })
}

/** Ends the attempt: the run becomes this once the body is out of the way. */
function leave(scope: RunScope, state: State): never {
  const reason = waitingAs(state)
  scope.abort(reason)
  throw reason
}

/** Resolves when no step is under way: a wait that lets go of the process must cut nothing off. */
async function quiet(scope: RunScope): Promise<void> {
  while (scope.underWay.size > 0) {
    await Promise.all([...scope.underWay].map((future) => Future.peek(future)))
    // whoever awaited one of them has their turn before it is looked again
    await new Promise(setImmediate)
  }
}

const turns = new WeakMap<RunScope, Promise<unknown>>()

async function inTurn<T>(scope: RunScope, wait: () => Promise<T>): Promise<T> {
  const before = turns.get(scope) ?? Promise.resolve()
  const mine = before.catch(() => {}).then(wait)
  turns.set(scope, mine)
  return await mine
}

/** What happened before this attempt; a first attempt has nothing behind it. */
async function historyOf(scope: RunScope): Promise<readonly State[]> {
  const { run, host } = scope
  return run.runCount <= 1 && run.epoch <= 1 ? [] : ((await host.store?.runs.history(run.id)) ?? [])
}

function nobodyThere({ run }: RunScope, { kind, text }: Wish): ConfigError {
  const what = kind === 'approval' ? `asks "${text}"` : 'pauses'
  return new ConfigError('config/setting', `${run.flowName} ${what}, and without a store nobody can answer`, {
    hint: 'run it in a project, where the question can be seen and answered',
  })
}

function suspendedSubflow({ run }: RunScope): ConfigError {
  return new ConfigError('config/setting', `${run.flowName} is a subflow and cannot be suspended`, {
    hint: 'pause it, or suspend the flow that calls it',
  })
}
