/** A process that serves a project, as the store knows it: seen by its beats. */

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
}
