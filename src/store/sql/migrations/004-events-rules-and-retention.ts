/** What events tell beside their name, how many warnings and errors a run has logged, rules that fired, who serves. */
import type { Migration } from './migration.ts'

export const eventsRulesAndRetention: Migration = {
  version: 4,
  name: 'events-rules-and-retention',
  statements: ({ types: { generatedKey } }) => [
    "alter table events add column labels text not null default '{}'",
    "alter table events add column related text not null default '[]'",
    'alter table events add column follows text',
    'create index events_by_name on events (name, pk)',

    'alter table runs add column warnings integer not null default 0',
    'alter table runs add column errors integer not null default 0',
    'create index runs_that_ended on runs (ended_at) where ended_at is not null',

    `create table rule_firings (
      pk ${generatedKey},
      id text not null,
      key text not null unique,
      rule text not null,
      subject text not null,
      reason text not null,
      fired_at bigint not null,
      cleared_at bigint
    )`,
    'create index rule_firings_that_last on rule_firings (rule) where cleared_at is null',

    `create table servers (
      worker_id text not null primary key,
      pid integer not null,
      boot_id text not null,
      host_name text not null,
      at_once integer not null,
      started_at bigint not null,
      seen_at bigint not null,
      stopped_at bigint
    )`,
  ],
}
