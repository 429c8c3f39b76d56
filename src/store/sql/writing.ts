/** One list of changes on its way into the database. */
import type { Clock } from '../../base/clock.ts'
import { lostRun, unknownRun } from '../refusals.ts'
import type { Connection, Dialect } from './database.ts'

export interface Writing {
  readonly connection: Connection
  readonly dialect: Dialect
  readonly clock: Clock
  /** Runs that were not created because their moment had one already: what the list says of them is left out too. */
  readonly ignoredRuns: Set<string>
  /** Runs that this list has looked at: their row and their epoch. */
  readonly knownRuns: Map<string, KnownRun>
}

export interface KnownRun {
  readonly pk: number
  readonly epoch: number
}

export function startWriting(connection: Connection, dialect: Dialect, clock: Clock): Writing {
  return { connection, dialect, clock, ignoredRuns: new Set(), knownRuns: new Map() }
}

/** The row of a run. @throws StoreError `store/not-found` */
export async function findRun(writing: Writing, runId: string): Promise<KnownRun> {
  const known = writing.knownRuns.get(runId)
  if (known !== undefined) return known
  const [row] = await writing.connection.all<KnownRun>(
    `select pk, epoch from runs where id = ?${writing.dialect.forUpdate}`,
    [runId],
  )
  if (row === undefined) throw unknownRun(runId)
  writing.knownRuns.set(runId, row)
  return row
}

/** The row of a run that the writer still holds. @throws StoreError `store/stale`, `store/not-found` */
export async function findHeldRun(writing: Writing, runId: string, epoch: number): Promise<number> {
  const run = await findRun(writing, runId)
  if (run.epoch !== epoch) throw lostRun(runId, epoch, run.epoch)
  return run.pk
}
