/**
 * Threads for tasks that compute: as many as the machine has processors, made when first needed and used again. An idle
 * one does not keep the process alive. One whose work shall stop is ended: nothing else interrupts a computation.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { ConfigError, EngineError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import type { TaskContext } from './context.ts'
import type { CpuAnswer, CpuJob } from './cpu-messages.ts'
import { RecordedError } from './revive.ts'
import { createPlaces } from './runners.ts'
import { findUnsendable } from './sendable.ts'
import type { TaskCore } from './task-core.ts'

/** A thread that is ours until it is given back. */
export interface CpuThread {
  /**
   * Rejects with what the body threw, or with the reason of the signal as soon as it aborts: the thread is ended then.
   *
   * @throws ConfigError `config/params` when the input cannot be sent, or the thread cannot find the task
   */
  run(core: TaskCore, input: unknown, context: TaskContext, options: { readonly logPrints: boolean }): Promise<unknown>
  giveBack(): void
}

const places = createPlaces(availableParallelism())
const idle: Worker[] = []
/** Those whose answer is waited for. */
const computing = new Set<Worker>()
const dead = new WeakSet<Worker>()

/** Waits for a free one. Rejects with the reason of the signal when it aborts meanwhile. */
export async function takeThread(signal: AbortSignal): Promise<CpuThread> {
  await freePlace(signal)
  const worker = idle.pop() ?? startWorker()
  worker.ref()
  let isAlive = true
  return {
    async run(core, input, context, options) {
      try {
        return await runOn(worker, jobOf(core, input, context, options), context)
      } catch (error) {
        if (error instanceof ThreadEnded) isAlive = false
        throw error instanceof ThreadEnded ? error.cause : error
      }
    },
    giveBack() {
      if (isAlive && !dead.has(worker)) {
        worker.unref()
        idle.push(worker)
      }
      places.giveBack()
    },
  }
}

function freePlace(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = () => reject(signal.reason as Error)
  signal.addEventListener('abort', giveUp, { once: true })
  places.take(() => {
    signal.removeEventListener('abort', giveUp)
    if (signal.aborted) places.giveBack()
    else resolve()
  })
  return promise
}

function startWorker(): Worker {
  // the build does not rewrite the name of a file that is not imported
  const isSource = import.meta.filename.endsWith('.ts')
  const script = new URL(`./cpu-thread.${isSource ? 'ts' : 'js'}`, import.meta.url)
  // from source, our own name means TypeScript there as it does here
  const worker = new Worker(script, isSource ? { execArgv: ['--conditions=source'] } : {})
  worker.setMaxListeners(0)
  // what a task has left behind may take its thread down when nobody waits for an answer of it
  return worker
    .on('exit', () => forget(worker))
    .on('error', (error) => {
      if (forget(worker)) process.emitWarning(`a thread died after its task was done: ${toFailure(error).message}`)
    })
}

/** It is used no more. Gives whether nobody waited for an answer of it. */
function forget(worker: Worker): boolean {
  dead.add(worker)
  const place = idle.indexOf(worker)
  if (place >= 0) idle.splice(place, 1)
  return !computing.has(worker)
}

function jobOf(core: TaskCore, input: unknown, context: TaskContext, { logPrints }: { logPrints: boolean }): CpuJob {
  const unsendable = findUnsendable(input)
  if (unsendable !== null) {
    const at = unsendable.path === '' ? '' : ` at ${unsendable.path}`
    throw new ConfigError('config/params', `${core.name} computes in a thread and was given ${unsendable.what}${at}`, {
      hint: 'give it plain data: rows, numbers, texts, dates, typed arrays',
      details: { path: unsendable.path },
    })
  }
  const { attempt, dueAt, window, runId, runName, idempotencyKey } = context
  return {
    taskName: core.name,
    file: core.cpu?.file ?? '',
    input,
    facts: { attempt, dueAt, window, runId, runName, idempotencyKey },
    logPrints,
  }
}

/** Carries the error out, and that the thread is gone with it. */
class ThreadEnded extends Error {}

function runOn(worker: Worker, job: CpuJob, context: TaskContext): Promise<unknown> {
  const { signal } = context
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const heard = (answer: CpuAnswer) => {
    if (answer.kind === 'log') context.log[answer.level](answer.message, answer.fields)
    else if (answer.kind === 'progress') context.progress(answer.done, answer.total, answer.unit)
    else if (answer.kind === 'warn') context.warn(answer.message)
    else {
      computing.delete(worker)
      if (answer.kind === 'done') resolve(answer.value)
      else reject(errorIn(answer))
    }
  }
  const died = (error: unknown) => reject(new ThreadEnded('it died', { cause: deathOf(job.taskName, error) }))
  const ended = (code: number) => died(new Error(`it ended with code ${code}`))
  const stop = () => {
    void worker.terminate()
    reject(new ThreadEnded('it was ended', { cause: signal.reason as unknown }))
  }
  computing.add(worker)
  worker.on('message', heard).on('error', died).on('exit', ended)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  else worker.postMessage(job)
  return promise.finally(() => {
    computing.delete(worker)
    worker.off('message', heard).off('error', died).off('exit', ended)
    signal.removeEventListener('abort', stop)
  })
}

function errorIn(answer: Extract<CpuAnswer, { readonly kind: 'failed' | 'threw' }>): Error {
  if (answer.kind === 'failed') return new RecordedError(answer.failure)
  const { thrown, retryable, retryAfterMs } = answer
  // an author may throw anything, and gets it back
  if (!(thrown instanceof Error)) return thrown as Error
  return Object.assign(thrown, {
    ...(retryable === undefined ? {} : { retryable }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function deathOf(taskName: string, cause: unknown): EngineError {
  const isMemory = (cause as { readonly code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
  const why = isMemory ? 'it ran out of memory' : cause instanceof Error ? cause.message : String(cause)
  return new EngineError('engine/task-failed', `the thread that computed ${taskName} is gone: ${why}`, {
    hint: isMemory ? 'give it less at once' : 'does the task, or what it loads, end the process?',
    retryable: !isMemory,
    cause,
  })
}
