/** Deletes what is older than it is to be kept. In short transactions, so that a writer never waits long. */
import type { Forgotten, Retention } from '../store.ts'
import { ENDED } from '../state-rules.ts'
import type { Connection, Database } from './database.ts'
import { places } from './statement-text.ts'

const RUNS_AT_ONCE = 200

/** Ended runs, but for those that hold the newest version of an artifact: that one is kept for ever. */
const OLD_RUNS = `select pk from runs where ended_at < ? and state_type in (${places(ENDED)})
  and pk not in (select run from artifacts where pk in (select max(pk) from artifacts where key is not null group by key))
  order by ended_at limit ${RUNS_AT_ONCE}`
const OLD_LOGS = `select pk from runs where ended_at < ? and exists (select 1 from logs where logs.run = runs.pk)
  order by ended_at limit ${RUNS_AT_ONCE}`

export async function forget(database: Database, { runs, logs, events }: Retention, now: Date): Promise<Forgotten> {
  const inBatches = async (which: string, before: Date, parameters: readonly string[], remove: string) => {
    let runsTouched = 0
    let rowsRemoved = 0
    for (;;) {
      const batch = await database.transaction(async (connection) => {
        const keys = await connection.all<{ readonly pk: number }>(which, [before.getTime(), ...parameters])
        return keys.length === 0 ? null : { runs: keys.length, removed: await removeFor(connection, remove, keys) }
      })
      if (batch === null) return { runsTouched, rowsRemoved }
      runsTouched += batch.runs
      rowsRemoved += batch.removed
    }
  }
  const forgottenRuns = await inBatches(OLD_RUNS, runs, ENDED, 'delete from runs where pk in')
  const forgottenLogs = await inBatches(OLD_LOGS, logs, [], 'delete from logs where run in')
  const one = async (text: string, ...parameters: readonly number[]) =>
    await database.transaction(async (connection) => await connection.run(text, parameters))
  return {
    runs: forgottenRuns.runsTouched,
    logLines: forgottenLogs.rowsRemoved,
    events: await one('delete from events where at < ?', events.getTime()),
    cached: await one('delete from cache where expires_at <= ?', now.getTime()),
    messages: await one("delete from outbox where status <> 'waiting' and created_at < ?", runs.getTime()),
    firings: await one('delete from rule_firings where cleared_at < ?', runs.getTime()),
    servers: await one('delete from servers where seen_at < ?', runs.getTime()),
  }
}

async function removeFor(
  connection: Connection,
  remove: string,
  keys: readonly { readonly pk: number }[],
): Promise<number> {
  return await connection.run(
    `${remove} (${places(keys)})`,
    keys.map(({ pk }) => pk),
  )
}

/** Paths of all result files that a row names. */
export async function keptFiles(database: Database): Promise<readonly string[]> {
  const tables = ['runs', 'task_runs', 'cache'].map(
    (table) => `select result_path as path from ${table} where result_path is not null`,
  )
  return (await database.all<{ readonly path: string }>(tables.join(' union '))).map(({ path }) => path)
}
