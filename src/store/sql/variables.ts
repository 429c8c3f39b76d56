/** Variables: any JSON under a name. */
import type { Clock } from '../../base/clock.ts'
import type { JsonValue } from '../../base/json.ts'
import { variableEvent } from '../events-of.ts'
import { nameTaken } from '../refusals.ts'
import type { VariableStore } from '../store.ts'
import type { Database } from './database.ts'
import { addEvent } from './events.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { VariableRow } from './tables.ts'

const COLUMNS = ['name', 'value', 'updated_at'] as const
const INSERT = insertText('variables', COLUMNS, 'on conflict do nothing')
const REPLACE = insertText(
  'variables',
  COLUMNS,
  'on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at',
)

export function sqlVariables(database: Database, clock: Clock): VariableStore {
  return {
    async get(name) {
      const [row] = await database.all<VariableRow>('select * from variables where name = ?', [name])
      return row === undefined ? undefined : (fromJson(row.value) as JsonValue)
    },
    async list() {
      const rows = await database.all<VariableRow>('select * from variables order by name')
      return rows.map(({ name, value, updated_at: updatedAt }) => ({
        name,
        value: fromJson(value) as JsonValue,
        updatedAt: fromMs(updatedAt),
      }))
    },
    async set(name, value, { overwrite = false } = {}) {
      const values = [name, toJson(value), clock.now().getTime()]
      await database.transaction(async (connection) => {
        const saved = await connection.run(overwrite ? REPLACE : INSERT, values)
        if (saved === 0) throw nameTaken('variable', name)
        await addEvent(connection, variableEvent('set', name, clock.now()))
      })
    },
    unset: async (name) =>
      await database.transaction(async (connection) => {
        const deleted = await connection.run('delete from variables where name = ?', [name])
        if (deleted > 0) await addEvent(connection, variableEvent('unset', name, clock.now()))
        return deleted > 0
      }),
  }
}
