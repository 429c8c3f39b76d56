/** Waiting for an author's code: until it is done, or until it is no longer waited for. */
import type { RunScope } from './run-scope.ts'

/**
 * The body's own end. A body that does not heed its signal is left to itself some time after the run was asked to stop;
 * then this rejects with the reason of the stop.
 */
export function untilAbandoned<T>(scope: RunScope, body: PromiseLike<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const unsubscribe = scope.onAbandoned((reason) => {
      scope.bodiesLeft += 1
      reject(asError(reason))
    })
    // one subscription per body and none left behind: a race against one long-lived promise would keep every result
    body.then(
      (value) => {
        unsubscribe()
        resolve(value)
      },
      (error: unknown) => {
        unsubscribe()
        reject(asError(error))
      },
    )
  })
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** What was thrown goes on as it was: an author may throw anything. */
function asError(thrown: unknown): Error {
  return thrown as Error
}
