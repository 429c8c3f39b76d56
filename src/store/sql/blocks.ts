/** Saved blocks, by type and name. Their secrets come sealed. */
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { BlockDocument } from '../../model/block-document.ts'
import { blockEvent } from '../events-of.ts'
import { nameTaken } from '../refusals.ts'
import type { BlockStore } from '../store.ts'
import type { Database } from './database.ts'
import { addEvent } from './events.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, toMs } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { BlockRow } from './tables.ts'

const COLUMNS = ['type', 'name', 'id', 'document', 'created_at', 'updated_at'] as const
const INSERT = insertText('blocks', COLUMNS, 'on conflict do nothing')
const REPLACE = insertText(
  'blocks',
  COLUMNS,
  `on conflict (type, name) do update set id = excluded.id, document = excluded.document,
    created_at = excluded.created_at, updated_at = excluded.updated_at`,
)

export function sqlBlocks(database: Database, clock: Clock): BlockStore {
  return {
    async get(type, name) {
      const [row] = await database.all<BlockRow>('select * from blocks where type = ? and name = ?', [type, name])
      return row === undefined ? null : readBlock(row)
    },
    async list(type) {
      const rows =
        type === undefined
          ? await database.all<BlockRow>('select * from blocks order by type, name')
          : await database.all<BlockRow>('select * from blocks where type = ? order by name', [type])
      return rows.map(readBlock)
    },
    async save(block, { overwrite = false } = {}) {
      const values = [
        block.type,
        block.name,
        block.id,
        toJson(block.values),
        toMs(block.createdAt),
        toMs(block.updatedAt),
      ]
      await database.transaction(async (connection) => {
        const saved = await connection.run(overwrite ? REPLACE : INSERT, values)
        if (saved === 0) throw nameTaken('block', `${block.type}/${block.name}`)
        await addEvent(connection, blockEvent('saved', block.type, block.name, clock.now()))
      })
    },
    delete: async (type, name) =>
      await database.transaction(async (connection) => {
        const deleted = await connection.run('delete from blocks where type = ? and name = ?', [type, name])
        if (deleted > 0) await addEvent(connection, blockEvent('deleted', type, name, clock.now()))
        return deleted > 0
      }),
  }
}

function readBlock(row: BlockRow): BlockDocument {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    values: fromJson(row.document) as JsonObject,
    createdAt: fromMs(row.created_at),
    updatedAt: fromMs(row.updated_at),
  }
}
