/** Log lines, in the order in which they were handed in. */
import type { LogLevel } from '../../base/log.ts'
import type { LogLine } from '../../model/log-line.ts'
import type { LogStore } from '../store.ts'
import { levelsFrom } from '../log-levels.ts'
import { select, type Database } from './database.ts'
import { holdsText } from './holds-text.ts'
import { fromMs, toMs } from './moment.ts'
import { packOrNull, unpackOrNull } from './packed.ts'
import { insertText } from './statement-text.ts'
import type { LogRow } from './tables.ts'
import { findRun, type Writing } from './writing.ts'

const INSERT = insertText('logs', ['run', 'task_run_id', 'at', 'level', 'message'])
const COUNT = 'update runs set warnings = warnings + ?, errors = errors + ? where pk = ?'
const BEFORE_NEWEST =
  'select pk from logs where run = (select pk from runs where id = ?) order by pk desc limit 1 offset ?'
/** Every line: databases want a number where an offset follows. */
const ALL = Number.MAX_SAFE_INTEGER

export function sqlLogs(database: Database): LogStore {
  return {
    async list(runId, { after = 0, limit = ALL, tail, level, contains, newest } = {}) {
      let query = (await database.dialect.queryBuilder())
        .selectFrom('logs')
        .innerJoin('runs', 'runs.pk', 'logs.run')
        .selectAll('logs')
        .where('runs.id', '=', runId)
      if (level !== undefined) query = query.where('level', 'in', levelsFrom(level))
      if (newest !== undefined) query = query.where('logs.pk', '>', await lastBefore(database, runId, newest))
      if (contains !== undefined) query = query.where((row) => holdsText(row, 'message', contains, { anyCase: true }))
      query =
        tail === undefined
          ? query.orderBy('logs.pk').limit(limit).offset(after)
          : query.orderBy('logs.pk', 'desc').limit(tail)
      const lines = (await select<LogRow>(database, query)).map((row) => readLine(row, runId))
      return tail === undefined ? lines : lines.reverse()
    },
  }
}

export async function addLogLines(writing: Writing, lines: readonly LogLine[]): Promise<void> {
  /** By run: what its row counts. */
  const graves = new Map<number, { warnings: number; errors: number }>()
  for (const line of lines) {
    if (writing.ignoredRuns.has(line.runId)) continue
    const { pk } = await findRun(writing, line.runId)
    await writing.connection.run(INSERT, [pk, packOrNull(line.taskRunId), toMs(line.at), line.level, line.message])
    if (line.level !== 'warn' && line.level !== 'error') continue
    const grave = graves.get(pk) ?? { warnings: 0, errors: 0 }
    grave[line.level === 'warn' ? 'warnings' : 'errors'] += 1
    graves.set(pk, grave)
  }
  for (const [pk, { warnings, errors }] of graves) await writing.connection.run(COUNT, [warnings, errors, pk])
}

/** The `pk` of the line before the newest so many; 0 when there are no more than these. */
async function lastBefore(database: Database, runId: string, newest: number): Promise<number> {
  const [line] = await database.all<Pick<LogRow, 'pk'>>(BEFORE_NEWEST, [runId, newest])
  return line?.pk ?? 0
}

function readLine(row: LogRow, runId: string): LogLine {
  return {
    runId,
    taskRunId: unpackOrNull(row.task_run_id),
    at: fromMs(row.at),
    level: row.level as LogLevel,
    message: row.message,
  }
}
