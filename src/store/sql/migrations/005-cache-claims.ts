/** Who computes the value of a cache key right now. The claim of a run is good as long as its lease. */
import type { Migration } from './migration.ts'

export const cacheClaims: Migration = {
  version: 5,
  name: 'cache-claims',
  statements: () => [
    `create table cache_claims (
      key text not null primary key,
      run integer not null references runs (pk) on delete cascade,
      epoch integer not null
    )`,
  ],
}
