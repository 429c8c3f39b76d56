/** Rules that fired: one row per rule and occurrence. */
import type { RuleFiring } from '../../model/rule-firing.ts'
import type { RuleFiringStore } from '../store.ts'
import { select, type Connection, type Database } from './database.ts'
import { fromMs, fromMsOrNull, toMs, toMsOrNull } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { RuleFiringRow } from './tables.ts'

const PAGE = 100
const COLUMNS = ['id', 'key', 'rule', 'subject', 'reason', 'fired_at', 'cleared_at'] as const
const INSERT = insertText('rule_firings', COLUMNS, 'on conflict do nothing')

export function sqlRuleFirings(database: Database): RuleFiringStore {
  return {
    async list({ rule, lasting, limit = PAGE } = {}) {
      let query = (await database.dialect.queryBuilder()).selectFrom('rule_firings').selectAll()
      if (rule !== undefined) query = query.where('rule', '=', rule)
      if (lasting === true) query = query.where('cleared_at', 'is', null)
      return (await select<RuleFiringRow>(database, query.orderBy('pk', 'desc').limit(limit))).map(readFiring)
    },
    async get(key) {
      const [row] = await database.all<RuleFiringRow>('select * from rule_firings where key = ?', [key])
      return row === undefined ? null : readFiring(row)
    },
  }
}

export async function addFiring(connection: Connection, firing: RuleFiring): Promise<void> {
  const { id, key, rule, subject, reason, firedAt, clearedAt } = firing
  await connection.run(INSERT, [id, key, rule, subject, reason, toMs(firedAt), toMsOrNull(clearedAt)])
}

export async function clearFiring(connection: Connection, key: string, at: string): Promise<void> {
  await connection.run('update rule_firings set cleared_at = ? where key = ? and cleared_at is null', [toMs(at), key])
}

function readFiring(row: RuleFiringRow): RuleFiring {
  return {
    id: row.id,
    key: row.key,
    rule: row.rule,
    subject: row.subject,
    reason: row.reason,
    firedAt: fromMs(row.fired_at),
    clearedAt: fromMsOrNull(row.cleared_at),
  }
}
