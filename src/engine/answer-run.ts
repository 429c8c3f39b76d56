/** What a person says to a run that waits for them. */
import type { Clock } from '../base/clock.ts'
import { EngineError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'
import { questionOf, type Answer, type Question } from '../model/answer.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import { isSuspended, type State } from '../model/state.ts'
import type { Store } from '../store/store.ts'
import { parseModel } from './parameters.ts'

export interface AnswerGiven {
  /** `resume` ends a pause; an approval wants one of the other two. */
  readonly verb: 'resume' | 'approve' | 'reject'
  readonly by: string
  readonly input?: JsonValue
  /** The question that was read: an answer to it must not reach a later one. Default: whatever is asked now. */
  readonly key?: string
}

/**
 * Writes the answer. A run that was Suspended is scheduled, due now, for whoever claims it; one that is Paused goes on
 * in the process it kept, within half a second. Gives the run with its new state.
 *
 * @throws EngineError `engine/transition` for a run that waits for nothing, for another kind of answer, or no longer
 * @throws ConfigError `config/params` with a message per field, when the input does not fit; the run goes on waiting
 * @throws StoreError `store/stale` when somebody else has answered meanwhile
 */
export async function answerRun(store: Store, run: FlowRun, given: AnswerGiven, clock: Clock): Promise<FlowRun> {
  const question = questionOf(run.state)
  if (question === null || (given.key !== undefined && given.key !== question.key)) throw asksNothing(run)
  refuseOtherVerb(run, question, given)
  const now = clock.now()
  if (question.expiresAt !== null && question.expiresAt <= now.toISOString()) throw tooLate(run, question.expiresAt)
  const answer: Answer = {
    approved: given.verb !== 'reject',
    by: given.by,
    input: await inputOf(question, given),
  }
  const said = { resume: 'resumed', approve: 'approved', reject: 'rejected' }[given.verb]
  const state = goesOn(run, now, `${said} by ${given.by}`, { pauseKey: question.key, answer })
  await store.write([{ kind: 'run-state', runId: run.id, epoch: run.epoch, state, ifStateId: run.state.id }])
  return { ...run, state }
}

/**
 * Lets suspended runs go on whose time for an answer is over: their body is told, and fails unless it knows better.
 * Gives how many there were.
 */
export async function wakeOverdue(store: Store, at: Date): Promise<number> {
  let woken = 0
  for (const run of await store.runs.list({ types: ['paused'], limit: WAITING_AT_MOST })) {
    if (await wakeIfOverdue(store, run, at)) woken += 1
  }
  return woken
}

/** Whether the run was suspended and its time was over. */
export async function wakeIfOverdue(store: Store, run: FlowRun, at: Date): Promise<boolean> {
  const question = questionOf(run.state)
  if (!isSuspended(run.state) || question === null || question.expiresAt === null) return false
  if (question.expiresAt > at.toISOString()) return false
  const state = goesOn(run, at, 'nobody answered in time', { pauseKey: question.key, expired: true })
  try {
    await store.write([{ kind: 'run-state', runId: run.id, epoch: run.epoch, state, ifStateId: run.state.id }])
    return true
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'store/stale') return false // somebody was faster
    throw error
  }
}

/** Runs that wait for a person are few: a thousand at once is a mistake somewhere else. */
const WAITING_AT_MOST = 1_000

function goesOn(run: FlowRun, at: Date, message: string, details: Readonly<Record<string, unknown>>): State {
  if (!isSuspended(run.state)) return newState('running', at, { message, details })
  return newState('scheduled', at, {
    name: 'Resuming',
    message,
    details: { ...details, scheduledFor: at.toISOString() },
  })
}

async function inputOf(question: Question, { verb, input }: AnswerGiven): Promise<JsonValue> {
  if (verb === 'reject' || question.input === null) return input ?? null
  const { z } = await import('zod')
  const schema = z.fromJSONSchema(question.input)
  // defaults are filled in by the body's own schema, which may do more than JSON Schema can say
  await parseModel(schema, input ?? {}, `"${question.text}"`, 'input')
  return input ?? {}
}

function refuseOtherVerb(run: FlowRun, question: Question, { verb }: AnswerGiven): void {
  const fits = question.kind === 'approval' ? verb !== 'resume' : verb === 'resume'
  if (fits) return
  const wants = question.kind === 'approval' ? 'a yes or a no' : 'to be resumed'
  const verbs = question.kind === 'approval' ? `approve ${run.name}, or reject ${run.name}` : `resume ${run.name}`
  throw new EngineError('engine/transition', `run ${run.name} waits for ${wants}: ${question.text}`, {
    hint: `d2flow flow-run ${verbs}`,
    details: { runId: run.id },
  })
}

function asksNothing(run: FlowRun): EngineError {
  return new EngineError('engine/transition', `run ${run.name} is ${run.state.name} and waits for no answer`, {
    hint: `see what it does: d2flow flow-run inspect ${run.name}`,
    details: { runId: run.id, state: run.state.name },
  })
}

function tooLate(run: FlowRun, expiresAt: string): EngineError {
  return new EngineError('engine/transition', `run ${run.name} waited for an answer until ${expiresAt}`, {
    hint: `when it has failed, have it asked again: d2flow flow-run retry ${run.name}`,
    details: { runId: run.id, expiresAt },
  })
}
