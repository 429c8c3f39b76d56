/** Runs, steps, logs, artifacts, leases, cache, blocks, variables, deployments, outbox and events. */
import { sql, type Kysely } from 'kysely'
import type { Dialect } from '../database.ts'
import type { Migration, Statement } from './migration.ts'

type Schema = Kysely<unknown>['schema']

export const firstSchema: Migration = {
  version: 1,
  name: 'first-schema',
  statements: (schema, dialect) => [
    ...runs(schema, dialect),
    ...taskRuns(schema, dialect),
    ...logs(schema, dialect),
    ...artifacts(schema, dialect),
    leases(schema),
    ...savedThings(schema),
    ...outbox(schema, dialect),
    ...events(schema, dialect),
  ],
}

function runs(schema: Schema, dialect: Dialect): readonly Statement[] {
  return [
    schema
      .createTable('runs')
      .addColumn('pk', 'integer', (column) => dialect.generatedKey(column))
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('flow_name', 'text', (column) => column.notNull())
      .addColumn('flow_version', 'text')
      .addColumn('parameters', 'text', (column) => column.notNull())
      .addColumn('tags', 'text', (column) => column.notNull())
      .addColumn('deployment_id', 'text')
      .addColumn('deployment_name', 'text')
      .addColumn('schedule_slug', 'text')
      .addColumn('parent_run_id', 'text')
      .addColumn('root_run_id', 'text', (column) => column.notNull())
      .addColumn('key', 'text')
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('started_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .addColumn('state_type', 'text', (column) => column.notNull())
      .addColumn('scheduled_for', 'bigint')
      .addColumn('history', 'text', (column) => column.notNull())
      .addColumn('run_count', 'integer', (column) => column.notNull())
      .addColumn('crash_count', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('result_value', 'text')
      .addColumn('result_path', 'text')
      .addColumn('result_bytes', 'bigint')
      .addColumn('result_sha256', 'bytea')
      .addColumn('failure', 'text')
      .addColumn('warning', 'text')
      .addColumn('fallbacks', 'text', (column) => column.notNull())
      // one run per deployment, schedule and moment; rows without a schedule never collide, null being equal to nothing
      .addUniqueConstraint('runs_by_moment', ['deployment_id', 'schedule_slug', 'due_at']),
    schema.createIndex('runs_by_flow').on('runs').columns(['flow_name', 'id']),
    schema
      .createIndex('runs_by_parent')
      .on('runs')
      .columns(['parent_run_id', 'id'])
      .where(sql.ref('parent_run_id'), 'is not', null),
    schema
      .createIndex('runs_that_wait')
      .on('runs')
      .column('scheduled_for')
      .where(sql.ref('scheduled_for'), 'is not', null),
    schema.createIndex('runs_by_key').on('runs').columns(['flow_name', 'key']).where(sql.ref('key'), 'is not', null),
    schema
      .createIndex('one_live_run_per_key')
      .unique()
      .on('runs')
      .columns(['flow_name', 'key'])
      .where(sql<boolean>`key is not null and state_type not in ('completed', 'failed', 'crashed', 'cancelled')`),
  ]
}

function taskRuns(schema: Schema, dialect: Dialect): readonly Statement[] {
  return [
    schema
      .createTable('task_runs')
      .addColumn('pk', 'integer', (column) => dialect.generatedKey(column))
      .addColumn('id', 'bytea', (column) => column.notNull().unique())
      .addColumn('run', 'integer', (column) => column.notNull().references('runs.pk').onDelete('cascade'))
      .addColumn('task_name', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'integer', (column) => column.notNull())
      .addColumn('input_hash', 'bytea')
      .addColumn('version', 'text')
      .addColumn('cache_key', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('started_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .addColumn('history', 'text', (column) => column.notNull())
      .addColumn('run_count', 'integer', (column) => column.notNull())
      .addColumn('crash_count', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('result_value', 'text')
      .addColumn('result_path', 'text')
      .addColumn('result_bytes', 'bigint')
      .addColumn('result_sha256', 'bytea')
      .addColumn('failure', 'text'),
    schema.createIndex('task_runs_by_run').on('task_runs').columns(['run', 'ordinal']),
  ]
}

function logs(schema: Schema, dialect: Dialect): readonly Statement[] {
  return [
    schema
      .createTable('logs')
      .addColumn('pk', 'integer', (column) => dialect.generatedKey(column))
      .addColumn('run', 'integer', (column) => column.notNull().references('runs.pk').onDelete('cascade'))
      .addColumn('task_run_id', 'bytea')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('level', 'text', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull()),
    schema.createIndex('logs_by_run').on('logs').columns(['run', 'pk']),
  ]
}

function artifacts(schema: Schema, dialect: Dialect): readonly Statement[] {
  return [
    schema
      .createTable('artifacts')
      .addColumn('pk', 'integer', (column) => dialect.generatedKey(column))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('run', 'integer', (column) => column.notNull().references('runs.pk').onDelete('cascade'))
      .addColumn('task_run_id', 'bytea')
      .addColumn('key', 'text')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('description', 'text')
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull()),
    schema.createIndex('artifacts_by_run').on('artifacts').columns(['run', 'pk']),
    schema.createIndex('artifacts_by_key').on('artifacts').columns(['key', 'pk']).where(sql.ref('key'), 'is not', null),
  ]
}

function leases(schema: Schema): Statement {
  return schema
    .createTable('leases')
    .addColumn('run', 'integer', (column) => column.primaryKey().references('runs.pk').onDelete('cascade'))
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('worker_id', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('boot_id', 'text', (column) => column.notNull())
    .addColumn('host_name', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
}

function savedThings(schema: Schema): readonly Statement[] {
  return [
    schema
      .createTable('cache')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('result_value', 'text')
      .addColumn('result_path', 'text')
      .addColumn('result_bytes', 'bigint')
      .addColumn('result_sha256', 'bytea')
      .addColumn('task_run_id', 'bytea')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint'),
    schema
      .createTable('blocks')
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('blocks_by_name', ['type', 'name']),
    schema
      .createTable('variables')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull()),
    schema
      .createTable('deployments')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('flow_name', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('paused', 'integer', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('deployments_by_name', ['flow_name', 'name']),
  ]
}

function outbox(schema: Schema, dialect: Dialect): readonly Statement[] {
  return [
    schema
      .createTable('outbox')
      .addColumn('pk', 'integer', (column) => dialect.generatedKey(column))
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('key', 'text', (column) => column.notNull().unique())
      .addColumn('run_id', 'text')
      .addColumn('through', 'text', (column) => column.notNull())
      .addColumn('named', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('next_try_at', 'bigint', (column) => column.notNull())
      .addColumn('last_error', 'text')
      .addColumn('delivered_at', 'bigint'),
    schema
      .createIndex('outbox_that_waits')
      .on('outbox')
      .column('next_try_at')
      .where(sql<boolean>`status = 'waiting'`),
    schema.createIndex('outbox_by_run').on('outbox').column('run_id'),
  ]
}

function events(schema: Schema, dialect: Dialect): readonly Statement[] {
  return [
    schema
      .createTable('events')
      .addColumn('pk', 'integer', (column) => dialect.generatedKey(column))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('resource', 'text', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull()),
    schema.createIndex('events_by_resource').on('events').columns(['resource', 'pk']),
  ]
}
