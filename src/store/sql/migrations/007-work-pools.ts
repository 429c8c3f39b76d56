/** Work pools, which deployment goes to which, and which processes are workers of one. */
import type { Migration } from './migration.ts'

export const workPools: Migration = {
  version: 7,
  name: 'work-pools',
  statements: () => [
    `create table work_pools (
      name text not null primary key,
      type text not null,
      paused integer not null,
      concurrency_limit integer,
      created_at bigint not null
    )`,
    'alter table deployments add column pool text',
    'alter table servers add column pool text',
    'alter table servers add column name text',
  ],
}
