/** A store in a database: the nouns over one connection, and one way of writing. */
import type { Clock } from '../../base/clock.ts'
import type { Store } from '../store.ts'
import { sqlArtifacts } from './artifacts.ts'
import { sqlBlocks } from './blocks.ts'
import { sqlCache } from './cache.ts'
import type { Database } from './database.ts'
import { sqlDeployments } from './deployments.ts'
import { sqlEvents } from './events.ts'
import { forget, keptFiles } from './forget.ts'
import { createGroupCommit } from './group-commit.ts'
import { sqlLeases } from './leases.ts'
import { sqlLimits } from './limits.ts'
import { sqlLogs } from './logs.ts'
import { sqlOutbox } from './outbox.ts'
import { sqlRuleFirings } from './rule-firings.ts'
import { sqlRuns } from './runs.ts'
import { sqlServers } from './servers.ts'
import { sqlTaskRuns } from './task-runs.ts'
import { sqlTransactions } from './transactions.ts'
import { sqlVariables } from './variables.ts'
import { sqlWorkPools } from './work-pools.ts'

export interface SqlStore extends Store {
  /** The number of the last migration that this store has gone through. */
  readonly schemaVersion: number
}

export interface SqlStoreOptions {
  readonly database: Database
  readonly clock: Clock
  readonly kind: Store['kind']
  readonly address: string
  readonly folder: string | null
  readonly schemaVersion: number
}

export function createSqlStore(options: SqlStoreOptions): SqlStore {
  const { database, clock, kind, address, folder, schemaVersion } = options
  const commits = createGroupCommit(database, clock)
  return {
    kind,
    address,
    folder,
    schemaVersion,
    write: (changes) => commits.write(changes),
    runs: sqlRuns(database, clock),
    taskRuns: sqlTaskRuns(database),
    transactions: sqlTransactions(database),
    logs: sqlLogs(database),
    artifacts: sqlArtifacts(database),
    cache: sqlCache(database, clock),
    blocks: sqlBlocks(database, clock),
    variables: sqlVariables(database, clock),
    deployments: sqlDeployments(database, clock),
    leases: sqlLeases(database, clock),
    limits: sqlLimits(database, clock),
    outbox: sqlOutbox(database, clock),
    events: sqlEvents(database),
    ruleFirings: sqlRuleFirings(database),
    servers: sqlServers(database, clock),
    workPools: sqlWorkPools(database, clock),
    forget: (before) => forget(database, before, clock.now()),
    keptFiles: () => keptFiles(database),
    compact: async () => void (await database.run('vacuum')),
    now: () => Promise.resolve(clock.now()),
    revision: () => database.revision(),
    sizeBytes: () => database.sizeBytes(),
    async close() {
      await commits.idle()
      await database.close()
    },
  }
}
