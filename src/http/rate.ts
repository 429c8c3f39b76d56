/** How many requests are under way at once, and how many start in a second. */
import PQueue from 'p-queue'

export type Gate = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** Runs tasks in order, at most `atOnce` together; in no second do more than `perSecond` start. */
export function createGate(limits: { readonly atOnce: number; readonly perSecond?: number | undefined }): Gate {
  const queue = new PQueue({
    concurrency: limits.atOnce,
    ...(limits.perSecond === undefined ? {} : { interval: 1_000, intervalCap: limits.perSecond, strict: true }),
  })
  return (task, signal) => queue.add(task, signal === undefined ? {} : { signal })
}
