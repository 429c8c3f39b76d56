/**
 * The store in one SQLite file, on the SQLite that comes with Node.
 *
 * One connection per process, one transaction at a time, each begun as a writer: a read that becomes a write fails at
 * once when another process writes, whatever the busy timeout. WAL and synchronous FULL: what was acknowledged survives a
 * kill and a power cut.
 */
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Clock } from '../base/clock.ts'
import { StoreError } from '../base/errors.ts'
import { makeFolderAndParents } from '../base/make-folder.ts'
import { closedStore } from './refusals.ts'
import type { Connection, Database, SqlValue } from './sql/database.ts'
import { migrate } from './sql/migrate.ts'
import { createSqlStore, type SqlStore } from './sql/sql-store.ts'
import { sqliteDialect } from './sql/sqlite-dialect.ts'
import { isBusy, toStoreError } from './sqlite-errors.ts'

export interface SqliteStoreOptions {
  /** The file; it and its folder are made when they are missing. */
  readonly path: string
  readonly clock: Clock
  /** How long a write waits for another process. It waits in place: keep it short. Default 5 s. */
  readonly busyTimeoutMs?: number
}

const BUSY_TIMEOUT_MS = 5_000
const RETRY_MS = 10
/** More than this store has; texts with lists of changing length must not pile up. */
const STATEMENTS_KEPT = 200

/**
 * @throws StoreError `store/unavailable` when the file is locked or cannot be written, `store/damaged` when it is not a
 *   sound database, `store/migration` when a newer d2flow has written to it
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqlStore> {
  const { path, clock, busyTimeoutMs = BUSY_TIMEOUT_MS } = options
  makeFolder(path)
  const sqlite = await connect(path, clock, busyTimeoutMs)
  const database = asDatabase(sqlite, path)
  try {
    const schemaVersion = await migrate(database, clock, path)
    const address = `sqlite:${path}`
    return createSqlStore({ database, clock, kind: 'sqlite', address, folder: `${path}-results`, schemaVersion })
  } catch (error) {
    await database.close()
    throw error
  }
}

function asDatabase(sqlite: DatabaseSync, path: string): Database {
  const statements = keepStatements(sqlite)
  const connection: Connection = {
    async all<Row>(sql: string, parameters: readonly SqlValue[] = []) {
      try {
        return statements(sql).all(...parameters) as Row[]
      } catch (error) {
        throw toStoreError(error, path)
      }
    },
    async run(sql, parameters = []) {
      try {
        return Number(statements(sql).run(...parameters).changes)
      } catch (error) {
        throw toStoreError(error, path)
      }
    },
  }

  const numberOf = (sql: string) => Number(Object.values(statements(sql).get() ?? {})[0])

  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(() => {
      if (!sqlite.isOpen) throw closedStore(path)
      return work()
    })
    turn = done.catch(() => {})
    return done
  }

  return {
    dialect: sqliteDialect,
    all: (sql, parameters) => inTurn(() => connection.all(sql, parameters)),
    run: (sql, parameters) => inTurn(() => connection.run(sql, parameters)),
    transaction: (work) =>
      inTurn(async () => {
        await connection.run('begin immediate')
        try {
          const result = await work(connection)
          await connection.run('commit')
          return result
        } catch (error) {
          // a full disk has ended the transaction already
          if (sqlite.isTransaction) await connection.run('rollback')
          throw error
        }
      }),
    // the first number counts what others have committed, the second what we have changed
    revision: () => inTurn(async () => `${numberOf('pragma data_version')}.${numberOf('select total_changes()')}`),
    sizeBytes: () => inTurn(async () => numberOf('pragma page_count') * numberOf('pragma page_size')),
    async close() {
      await turn
      if (sqlite.isOpen) sqlite.close()
    },
  }
}

function makeFolder(path: string): void {
  try {
    // runs, their results and sealed credentials are nobody else's business
    makeFolderAndParents(dirname(path), { mode: 0o700 })
  } catch (cause) {
    throw new StoreError('store/unavailable', `the folder of the store "${path}" cannot be made`, {
      hint: 'check its name and who may write there, or name another store with D2FLOW_STORE',
      details: { path },
      cause,
    })
  }
}

async function connect(path: string, clock: Clock, busyTimeoutMs: number): Promise<DatabaseSync> {
  let sqlite: DatabaseSync | undefined
  try {
    sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
    await makeDurable(sqlite, clock, busyTimeoutMs)
    return sqlite
  } catch (error) {
    sqlite?.close()
    throw toStoreError(error, path)
  }
}

/**
 * WAL is remembered by the file, so it is work for whoever opens it first. Several at once are in each other's way, and
 * SQLite does not wait its busy timeout for this one thing.
 */
async function makeDurable(sqlite: DatabaseSync, clock: Clock, busyTimeoutMs: number): Promise<void> {
  const giveUpMs = clock.monotonicMs() + busyTimeoutMs
  for (;;) {
    try {
      sqlite.exec('pragma synchronous = full')
      if (sqlite.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'wal') {
        sqlite.exec('pragma journal_mode = wal')
      }
      return
    } catch (error) {
      if (!isBusy(error) || clock.monotonicMs() >= giveUpMs) throw error
      await clock.sleep(RETRY_MS)
    }
  }
}

/** Statements by their text, the least recently used one dropped first. */
function keepStatements(sqlite: DatabaseSync): (sql: string) => StatementSync {
  const kept = new Map<string, StatementSync>()
  return (sql) => {
    let statement = kept.get(sql)
    if (statement === undefined) {
      statement = sqlite.prepare(sql)
      if (kept.size >= STATEMENTS_KEPT) kept.delete(kept.keys().next().value ?? '')
    } else {
      kept.delete(sql)
    }
    kept.set(sql, statement)
    return statement
  }
}
