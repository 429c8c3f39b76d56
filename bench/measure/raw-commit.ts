/** What one durable commit costs on this disk: the limit that no engine with a store can go below. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { median } from './figure.ts'

/** Median milliseconds of one insert and commit, WAL and synchronous FULL, in the folder where stores are measured. */
export function rawCommitMs(folder: string = tmpdir(), rounds: number = 500): number {
  const place = mkdtempSync(join(folder, 'raw-commit-'))
  const database = new DatabaseSync(join(place, 'raw.db'))
  try {
    database.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)',
    )
    const insert = database.prepare('INSERT INTO row (text) VALUES (?)')
    const times = Array.from({ length: rounds }, () => {
      const startedAt = performance.now()
      insert.run('one step of a run, with its state and its result')
      return performance.now() - startedAt
    })
    return median(times)
  } finally {
    database.close()
    rmSync(place, { recursive: true })
  }
}
