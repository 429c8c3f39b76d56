/**
 * How long things are kept, and letting the others go. The newest version of every artifact key is kept for ever, and
 * what has not ended is never touched.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { DAY, HOUR } from '../base/duration.ts'
import type { Forgotten, Store } from '../store/store.ts'

export interface RetentionDays {
  readonly runs: number
  readonly logs: number
  readonly events: number
}

export const RETENTION: RetentionDays = { runs: 90, logs: 30, events: 7 }

/** A file that was written before the row that names it is not an orphan yet. */
const FILE_AGE_MS = HOUR

/** Gives what is gone; `files` are results that no row names any more. */
export async function forgetOld(
  store: Store,
  now: Date,
  days: RetentionDays = RETENTION,
): Promise<Forgotten & { readonly files: number }> {
  const ago = (count: number) => new Date(now.getTime() - count * DAY)
  const gone = await store.forget({ runs: ago(days.runs), logs: ago(days.logs), events: ago(days.events) })
  return { ...gone, files: await sweepResults(store, now) }
}

async function sweepResults(store: Store, now: Date): Promise<number> {
  const { folder } = store
  if (folder === null) return 0
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  // asked after the files were listed: a file that is named meanwhile is among the kept
  const kept = new Set(await store.keptFiles())
  let removed = 0
  for (const path of paths) {
    if (kept.has(relative(folder, path).split(sep).join('/'))) continue
    const { mtimeMs } = await stat(path)
    if (now.getTime() - mtimeMs < FILE_AGE_MS) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}
