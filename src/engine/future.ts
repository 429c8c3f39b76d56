/**
 * What calling a task or a flow gives: a promise with a run id.
 *
 * It never causes an unhandled rejection. A failure that nobody looked at is reported when the flow ends; looking means
 * awaiting, catching, `settled()` or `allowFailure`.
 */
import type { State } from '../model/state.ts'

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
export interface FutureSource {
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

  /** The final state with the value or the error; never rejects. */
  settled(): Promise<Settled<T>> {
    Future.markHandled(this)
    return Future.peek(this)
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise that knows whether anybody looked at it
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    Future.markHandled(this)
    return super.then(onFulfilled, onRejected)
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
