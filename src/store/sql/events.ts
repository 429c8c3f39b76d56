/** What happened, appended and never changed. */
import type { JsonObject } from '../../base/json.ts'
import type { Event } from '../../model/event.ts'
import type { EventFilter, EventStore } from '../store.ts'
import { select, type Connection, type Database } from './database.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, toMs } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { EventRow } from './tables.ts'

const PAGE = 100
const INSERT = insertText('events', ['id', 'at', 'name', 'resource', 'labels', 'related', 'payload', 'follows'])

export function sqlEvents(database: Database): EventStore {
  return {
    async list({ resource, name, limit = PAGE }: EventFilter = {}) {
      let query = (await database.dialect.queryBuilder()).selectFrom('events').selectAll()
      if (resource !== undefined) query = query.where('resource', '=', resource)
      if (name?.endsWith('.*') === true) {
        const prefix = name.slice(0, -1)
        query = query.where('name', '>', prefix).where('name', '<', `${prefix}\uFFFF`)
      } else if (name !== undefined) query = query.where('name', '=', name)
      return (await select<EventRow>(database, query.orderBy('pk', 'desc').limit(limit))).map(readEvent)
    },
  }
}

export async function addEvent(connection: Connection, event: Event): Promise<void> {
  const { id, at, name, resource, labels, related, payload, follows } = event
  await connection.run(INSERT, [
    id,
    toMs(at),
    name,
    resource,
    toJson(labels),
    toJson(related),
    toJson(payload),
    follows,
  ])
}

function readEvent(row: EventRow): Event {
  return {
    id: row.id,
    at: fromMs(row.at),
    name: row.name,
    resource: row.resource,
    labels: fromJson(row.labels) as Event['labels'],
    related: fromJson(row.related) as Event['related'],
    payload: fromJson(row.payload) as JsonObject,
    follows: row.follows,
  }
}
