/**
 * Lists of changes that are handed in during one turn of the event loop share one commit: waiting for the disk costs
 * more than all the rest. Each list still succeeds or fails alone, and a lone one does not wait for company.
 */
import { setImmediate } from 'node:timers'
import type { Clock } from '../../base/clock.ts'
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

type Apply = (connection: Connection, list: Waiting) => Promise<void>

/** Keeps a transaction to some tens of milliseconds, so that other processes get their turn. */
const LISTS_AT_MOST = 500

export function createGroupCommit(database: Database, clock: Clock): GroupCommit {
  const apply = async (connection: Connection, { changes }: Waiting) =>
    await applyChanges(startWriting(connection, database.dialect, clock), changes)
  let waiting: Waiting[] = []
  let lastCommit: Promise<void> = Promise.resolve()

  const commitAll = () => {
    const lists = waiting
    waiting = []
    for (let start = 0; start < lists.length; start += LISTS_AT_MOST) {
      lastCommit = commitGroup(database, apply, lists.slice(start, start + LISTS_AT_MOST))
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

async function commitGroup(database: Database, apply: Apply, group: readonly Waiting[]): Promise<void> {
  const refused = new Map<Waiting, unknown>()
  try {
    await database.transaction(async (connection) => {
      const [only] = group
      if (only !== undefined && group.length === 1) return await apply(connection, only)
      for (const list of group) {
        const reason = await applyAlone(connection, apply, list)
        if (reason !== undefined) refused.set(list, reason)
      }
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

/**
 * Takes back one list of several when it is refused, and gives the reason. When it cannot be taken back, a full disk has
 * ended the transaction: this throws, and all of them are lost together.
 */
async function applyAlone(connection: Connection, apply: Apply, list: Waiting): Promise<unknown> {
  let reason: unknown
  await connection.run('savepoint list')
  try {
    await apply(connection, list)
  } catch (error) {
    reason = error
    await connection.run('rollback to savepoint list')
  }
  await connection.run('release savepoint list')
  return reason
}
