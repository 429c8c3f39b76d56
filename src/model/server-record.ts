/** A process that serves a project, or works for one of its pools, as the store knows it: seen by its beats. */

export interface ServerRecord {
  readonly workerId: string
  readonly pid: number
  /** Differs after every start of the machine. */
  readonly bootId: string
  readonly hostName: string
  /** How many runs it executes at the same time. */
  readonly atOnce: number
  readonly startedAt: string
  readonly seenAt: string
  /** When it ended in good order; null while it lives, and for one that was killed. */
  readonly stoppedAt: string | null
  /** The work pool that it takes runs of; null for one that serves. */
  readonly pool: string | null
  /** What its worker is called; null for one that serves. */
  readonly name: string | null
}

/** A process says that it lives every ten seconds. */
const SILENT_AFTER_MS = 30_000

/** Whether it lives, as far as its beats tell. */
export function isAlive({ seenAt, stoppedAt }: ServerRecord, now: Date): boolean {
  return stoppedAt === null && now.getTime() - Date.parse(seenAt) < SILENT_AFTER_MS
}
