/** What happened, appended and never changed. */
import type { JsonObject } from '../../base/json.ts'
import type { Event } from '../../model/event.ts'
import type { EventStore } from '../store.ts'
import { select, type Connection, type Database } from './database.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, toMs } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { EventRow } from './tables.ts'

const PAGE = 100
const INSERT = insertText('events', ['id', 'at', 'name', 'resource', 'payload'])

export function sqlEvents(database: Database): EventStore {
  return {
    async list({ resource, limit = PAGE } = {}) {
      let query = (await database.dialect.queryBuilder()).selectFrom('events').selectAll()
      if (resource !== undefined) query = query.where('resource', '=', resource)
      return (await select<EventRow>(database, query.orderBy('pk', 'desc').limit(limit))).map(readEvent)
    },
  }
}

export async function addEvent(connection: Connection, event: Event): Promise<void> {
  await connection.run(INSERT, [event.id, toMs(event.at), event.name, event.resource, toJson(event.payload)])
}

function readEvent(row: EventRow): Event {
  return {
    id: row.id,
    at: fromMs(row.at),
    name: row.name,
    resource: row.resource,
    payload: fromJson(row.payload) as JsonObject,
  }
}
