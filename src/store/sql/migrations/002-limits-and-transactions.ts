/** Limits with their slots and queues, and transactions of steps. */
import type { Migration } from './migration.ts'

export const limitsAndTransactions: Migration = {
  version: 2,
  name: 'limits-and-transactions',
  statements: ({ types: { generatedKey } }) => [
    `create table limits (
      name text not null primary key,
      size integer not null,
      per_ms bigint,
      tokens double precision,
      tokens_at bigint,
      created_at bigint not null
    )`,

    // one row per slot: what is free is the size less the rows that live
    `create table slots (
      pk ${generatedKey},
      limit_name text not null references limits (name) on delete cascade,
      ticket text not null,
      run integer not null references runs (pk) on delete cascade,
      epoch integer not null,
      expires_at bigint not null
    )`,
    'create index slots_by_limit on slots (limit_name)',
    'create index slots_by_ticket on slots (ticket)',
    'create index slots_by_run on slots (run)',

    `create table limit_queue (
      limit_name text not null references limits (name) on delete cascade,
      ticket text not null,
      slots integer not null,
      run integer not null references runs (pk) on delete cascade,
      epoch integer not null,
      expires_at bigint not null,
      primary key (limit_name, ticket)
    )`,
    'create index limit_queue_by_ticket on limit_queue (ticket)',
    'create index limit_queue_by_run on limit_queue (run)',

    `create table transactions (
      run integer not null references runs (pk) on delete cascade,
      key text not null,
      state text not null,
      data text not null,
      created_at bigint not null,
      ended_at bigint,
      primary key (run, key)
    )`,
  ],
}
