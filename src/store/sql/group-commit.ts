/**
 * Lists of changes that are handed in during one turn of the event loop share one commit: waiting for the disk costs
 * more than all the rest. Each list still succeeds or fails alone, and a lone one does not wait for company.
 */
import { setImmediate } from 'node:timers'
import type { Change } from '../store.ts'
import { applyChanges } from './apply-changes.ts'
import type { Connection, Database } from './database.ts'
import { startWriting } from './writing.ts'

export interface GroupCommit {
  write(changes: readonly Change[]): Promise<void>
  /** Resolves when everything that was handed in is on the disk or refused. */
  idle(): Promise<void>
}

interface Waiting {
  readonly changes: readonly Change[]
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Keeps a transaction to some tens of milliseconds, so that other processes get their turn. */
const LISTS_AT_MOST = 500

export function createGroupCommit(database: Database): GroupCommit {
  let waiting: Waiting[] = []
  let lastCommit: Promise<void> = Promise.resolve()

  const commitAll = () => {
    const lists = waiting
    waiting = []
    for (let start = 0; start < lists.length; start += LISTS_AT_MOST) {
      lastCommit = commitGroup(database, lists.slice(start, start + LISTS_AT_MOST))
    }
  }

  return {
    write: (changes) => {
      if (changes.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        if (waiting.push({ changes, resolve, reject }) === 1) setImmediate(commitAll)
      })
    },
    async idle() {
      while (waiting.length > 0) await new Promise(setImmediate)
      await lastCommit
    },
  }
}

async function commitGroup(database: Database, group: readonly Waiting[]): Promise<void> {
  const refused = new Map<Waiting, unknown>()
  try {
    await database.transaction(async (connection) => {
      const [only] = group
      if (only !== undefined && group.length === 1) return await apply(database, connection, only)
      for (const list of group) await applyAlone(database, connection, list, refused)
    })
  } catch (error) {
    for (const list of group) list.reject(error)
    return
  }
  for (const list of group) {
    if (refused.has(list)) list.reject(refused.get(list))
    else list.resolve()
  }
}

async function apply(database: Database, connection: Connection, { changes }: Waiting): Promise<void> {
  await applyChanges(startWriting(connection, database.dialect), changes)
}

/** Takes back one list of several when it is refused. When that is not possible, the whole transaction is lost. */
async function applyAlone(
  database: Database,
  connection: Connection,
  list: Waiting,
  refused: Map<Waiting, unknown>,
): Promise<void> {
  await connection.run('savepoint list')
  try {
    await apply(database, connection, list)
  } catch (error) {
    refused.set(list, error)
    await connection.run('rollback to savepoint list')
  }
  await connection.run('release savepoint list')
}
