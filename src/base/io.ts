/** What a client is lent by whoever opens it: the clock, the log, the way out to the network, the signal to stop. */
import type { Dispatcher } from 'undici'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

export interface Io {
  readonly clock?: Clock | undefined
  readonly log?: Log | undefined
  /**
   * Aborts every request that is under way, with its reason. Ask for it at each request: it is that of whoever calls, and a
   * client outlives the one who opened it.
   */
  readonly signal?: AbortSignal | undefined
  /** An undici dispatcher to send through instead of the client's own, for example a `MockAgent`. */
  readonly dispatcher?: Dispatcher | undefined
  /** A number in [0, 1): for jitter. */
  readonly random?: (() => number) | undefined
  /** Set on a fallback connection: the client refuses every write with `config/fallback-write`. */
  readonly readOnly?: boolean | undefined
  /** Progress of long work, as often as the client likes; the receiver thins it out. */
  readonly onProgress?:
    | ((progress: { readonly done: number; readonly total?: number; readonly unit: string }) => void)
    | undefined
}
