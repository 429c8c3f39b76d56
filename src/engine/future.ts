/**
 * What calling a task or a flow gives: a promise with a run id.
 *
 * It never causes an unhandled rejection. A failure that nobody looked at is reported when the flow ends; looking means
 * awaiting, catching, `settled()` or `allowFailure`.
 */
import type { State } from '../model/state.ts'
import { currentFrame } from './runtime-info.ts'
import type { Caller } from './standstill.ts'

/** How a run ended: its value, or why there is none. */
export interface Settled<T> {
  readonly state: State
  readonly result?: T
  readonly error?: unknown
}

/** The engine's end of a future. */
export interface FutureHandle<T> {
  readonly future: Future<T>
  readonly finish: (outcome: Settled<T>) => void
}

/** Who a future stands for; the id of a resumed step is that of its first attempt. */
export interface FutureSource extends Caller {
  readonly kind: 'task' | 'flow'
  id: string
  /** "fetch-gdp-3" */
  name: string
}

export class Future<T> extends Promise<T> {
  #source: FutureSource | undefined
  #handled = false
  #outcome: Settled<T> | undefined
  #watchers: (() => void)[] | undefined
  /** Futures whose failure kept this one from running: whoever sees this failure has seen theirs. */
  #because: Future<unknown> | undefined

  /** `then` gives plain promises: a value made from a future has no run of its own. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  static pending<T>(source: FutureSource): FutureHandle<T> {
    let fulfil: (value: T) => void = () => {}
    let refuse: (error: unknown) => void = () => {}
    const future = new Future<T>((resolve, reject) => {
      fulfil = resolve
      refuse = reject
    })
    future.#source = source
    return {
      future,
      finish(outcome) {
        if (future.#outcome !== undefined) return
        future.#outcome = outcome
        for (const watch of future.#watchers ?? []) watch()
        future.#watchers = undefined
        if ('error' in outcome) {
          // the one silent look: a failure is reported by the engine, never by the process
          void Promise.prototype.then.call(future, undefined, () => {})
          refuse(outcome.error)
        } else fulfil(outcome.result as T)
      },
    }
  }

  /** The id of the task run or the flow run. */
  get id(): string {
    return this.#source?.id ?? ''
  }

  /** The name of the task run ("fetch-gdp-3") or the flow run ("brave-otter"). */
  get runName(): string {
    return this.#source?.name ?? ''
  }

  get kind(): FutureSource['kind'] {
    return this.#source?.kind ?? 'task'
  }

  /** Whether it has ended, one way or the other. */
  get isSettled(): boolean {
    return this.#outcome !== undefined
  }

  /** Whether anybody looked at how it ended. */
  get isHandled(): boolean {
    return this.#handled
  }

  /**
   * The final state with the value or the error. Rejects only within a body that could wait for ever.
   *
   * @throws EngineError `engine/standstill`
   */
  settled(): Promise<Settled<T>> {
    Future.markHandled(this)
    return this.#awaitedWithin((tell) => void Future.peek(this).then(tell)) ?? Future.peek(this)
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise that knows whether anybody looked at it
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    Future.markHandled(this)
    // who passes both waits (await, Promise.all); who passes one looks on, and may go on meanwhile
    if (this.#outcome !== undefined || !onFulfilled || !onRejected) return super.then(onFulfilled, onRejected)
    const value = this.#awaitedWithin<T>((tell, refuse) => void super.then(tell, refuse))
    return value === null ? super.then(onFulfilled, onRejected) : value.then(onFulfilled, onRejected)
  }

  /** The wait of a task's body for this call: fails when it could never end. Null where no task is waiting. */
  #awaitedWithin<Told>(
    begin: (tell: (told: Told) => void, refuse: (error: unknown) => void) => void,
  ): Promise<Told> | null {
    const frame = currentFrame()
    if (this.#outcome !== undefined || frame === undefined || frame.step === null) return null
    const { promise, resolve, reject } = Promise.withResolvers<Told>()
    const ended = frame.scope.standstill.awaits(frame.step.source, this, reject)
    begin(
      (told) => {
        ended()
        resolve(told)
      },
      (error) => {
        ended()
        reject(error)
      },
    )
    return promise
  }

  /** For the engine: the call it stands for, while that has not ended. */
  static callerOf(future: Future<unknown>): Caller | undefined {
    return future.#outcome === undefined ? future.#source : undefined
  }

  /** For the engine: the outcome without counting as a look at it. */
  static peek<T>(future: Future<T>): Promise<Settled<T>> {
    const { promise, resolve } = Promise.withResolvers<Settled<T>>()
    const tell = () => {
      if (future.#outcome !== undefined) resolve(future.#outcome)
    }
    if (future.#outcome === undefined) (future.#watchers ??= []).push(tell)
    else tell()
    return promise
  }

  static markHandled(future: Future<unknown>): void {
    if (future.#handled) return
    future.#handled = true
    if (future.#because !== undefined) Future.markHandled(future.#because)
  }

  /** `future` never ran because of `because`. */
  static blame(future: Future<unknown>, because: Future<unknown>): void {
    future.#because = because
    if (future.#handled) Future.markHandled(because)
  }
}
