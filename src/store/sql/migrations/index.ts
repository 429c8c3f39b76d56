/** All migrations, oldest first. */
import { firstSchema } from './001-first-schema.ts'
import { limitsAndTransactions } from './002-limits-and-transactions.ts'
import { dataWindow } from './003-data-window.ts'
import { eventsRulesAndRetention } from './004-events-rules-and-retention.ts'
import { cacheClaims } from './005-cache-claims.ts'
import { listsOfRuns } from './006-lists-of-runs.ts'
import { workPools } from './007-work-pools.ts'
import type { Migration } from './migration.ts'

export const migrations: readonly Migration[] = [
  firstSchema,
  limitsAndTransactions,
  dataWindow,
  eventsRulesAndRetention,
  cacheClaims,
  listsOfRuns,
  workPools,
]
