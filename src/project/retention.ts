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

/** Where a project keeps things. */
export interface KeptIn {
  readonly store: Store
  /** The folders that runs have asked for, each named after its run. */
  readonly workFolder: string
}

/** Gives what is gone; `files` are results that no row names any more, `folders` those of runs that are no more. */
export async function forgetOld(
  { store, workFolder }: KeptIn,
  now: Date,
  days: RetentionDays = RETENTION,
): Promise<Forgotten & { readonly files: number; readonly folders: number }> {
  const ago = (count: number) => new Date(now.getTime() - count * DAY)
  const folders = await knownFolders(store, workFolder)
  const gone = await store.forget({ runs: ago(days.runs), logs: ago(days.logs), events: ago(days.events) })
  return { ...gone, files: await sweepResults(store, now), folders: await sweepWork(store, folders) }
}

async function sweepResults(store: Store, now: Date): Promise<number> {
  const { folder } = store
  if (folder === null) return 0
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneWhenMissing)
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

/** Folders of runs that this store knows: another store may have runs of its own in the same place. */
async function knownFolders(store: Store, workFolder: string): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>()
  for (const runId of await readdir(workFolder).catch(noneWhenMissing)) {
    if ((await store.runs.get(runId)) !== null) known.set(runId, join(workFolder, runId))
  }
  return known
}

/** A run that failed keeps its folder as long as itself. */
async function sweepWork(store: Store, folders: ReadonlyMap<string, string>): Promise<number> {
  let removed = 0
  for (const [runId, path] of folders) {
    if ((await store.runs.get(runId)) !== null) continue
    await rm(path, { recursive: true, force: true })
    removed += 1
  }
  return removed
}

function noneWhenMissing(error: unknown): never[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
  throw error
}
