/** Runs, steps, logs, artifacts, leases, cache, blocks, variables, deployments, outbox and events. */
import type { Migration } from './migration.ts'

/** A kept result: a value, or a file with its size. */
const RESULT = (bytes: string) => `
  result_value text,
  result_path text,
  result_bytes bigint,
  result_sha256 ${bytes}`

export const firstSchema: Migration = {
  version: 1,
  name: 'first-schema',
  statements: ({ types: { bytes, generatedKey } }) => [
    `create table runs (
      pk ${generatedKey},
      id text not null unique,
      name text not null,
      flow_name text not null,
      flow_version text,
      parameters text not null,
      tags text not null,
      deployment_id text,
      deployment_name text,
      schedule_slug text,
      parent_run_id text,
      root_run_id text not null,
      key text,
      due_at bigint not null,
      created_at bigint not null,
      started_at bigint,
      ended_at bigint,
      state_type text not null,
      scheduled_for bigint,
      history text not null,
      run_count integer not null,
      crash_count integer not null,
      epoch integer not null,
      ${RESULT(bytes)},
      failure text,
      warning text,
      fallbacks text not null,
      -- one run per schedule and moment; rows without a schedule never collide, because null is equal to nothing
      constraint runs_by_moment unique (deployment_id, schedule_slug, due_at)
    )`,
    'create index runs_by_flow on runs (flow_name, id)',
    'create index runs_by_parent on runs (parent_run_id, id) where parent_run_id is not null',
    'create index runs_that_wait on runs (scheduled_for) where scheduled_for is not null',
    'create index runs_by_key on runs (flow_name, key) where key is not null',
    `create unique index one_live_run_per_key on runs (flow_name, key)
      where key is not null and state_type not in ('completed', 'failed', 'crashed', 'cancelled')`,

    `create table task_runs (
      pk ${generatedKey},
      id ${bytes} not null unique,
      run integer not null references runs (pk) on delete cascade,
      task_name text not null,
      name text not null,
      key text not null,
      ordinal integer not null,
      input_hash ${bytes},
      version text,
      cache_key text,
      created_at bigint not null,
      started_at bigint,
      ended_at bigint,
      history text not null,
      run_count integer not null,
      crash_count integer not null,
      epoch integer not null,
      ${RESULT(bytes)},
      failure text
    )`,
    'create index task_runs_by_run on task_runs (run, ordinal)',

    `create table logs (
      pk ${generatedKey},
      run integer not null references runs (pk) on delete cascade,
      task_run_id ${bytes},
      at bigint not null,
      level text not null,
      message text not null
    )`,
    'create index logs_by_run on logs (run, pk)',

    `create table artifacts (
      pk ${generatedKey},
      id text not null,
      run integer not null references runs (pk) on delete cascade,
      task_run_id ${bytes},
      key text,
      kind text not null,
      description text,
      content text not null,
      created_at bigint not null
    )`,
    'create index artifacts_by_run on artifacts (run, pk)',
    'create index artifacts_by_key on artifacts (key, pk) where key is not null',

    `create table leases (
      run integer primary key references runs (pk) on delete cascade,
      epoch integer not null,
      worker_id text not null,
      pid integer not null,
      boot_id text not null,
      host_name text not null,
      expires_at bigint not null
    )`,

    `create table cache (
      key text not null primary key,
      ${RESULT(bytes)},
      task_run_id ${bytes},
      created_at bigint not null,
      expires_at bigint
    )`,

    `create table blocks (
      type text not null,
      name text not null,
      id text not null,
      document text not null,
      created_at bigint not null,
      updated_at bigint not null,
      primary key (type, name)
    )`,

    `create table variables (
      name text not null primary key,
      value text not null,
      updated_at bigint not null
    )`,

    `create table deployments (
      id text not null primary key,
      flow_name text not null,
      name text not null,
      paused integer not null,
      record text not null,
      created_at bigint not null,
      unique (flow_name, name)
    )`,

    `create table outbox (
      pk ${generatedKey},
      id text not null unique,
      key text not null unique,
      run_id text,
      through text not null,
      named text not null,
      subject text not null,
      body text not null,
      facts text not null,
      created_at bigint not null,
      status text not null,
      tries integer not null,
      next_try_at bigint not null,
      last_error text,
      delivered_at bigint
    )`,
    "create index outbox_that_waits on outbox (next_try_at) where status = 'waiting'",
    'create index outbox_by_run on outbox (run_id)',

    `create table events (
      pk ${generatedKey},
      id text not null,
      at bigint not null,
      name text not null,
      resource text not null,
      payload text not null
    )`,
    'create index events_by_resource on events (resource, pk)',
  ],
}
