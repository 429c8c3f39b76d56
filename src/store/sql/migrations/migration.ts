/** One step of the schema. Once released it never changes: what comes after is a migration of its own. */
import type { Kysely } from 'kysely'
import type { Dialect } from '../database.ts'

export interface Statement {
  compile(): { readonly sql: string }
}

export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number
  readonly name: string
  /** The statements, in order. Untyped: the tables of today are not those of then. */
  statements(schema: Kysely<unknown>['schema'], dialect: Dialect): readonly Statement[]
}
