/** One step of the schema. Once released it never changes: what comes after is a migration of its own. */
import type { Dialect } from '../database.ts'

export interface Migration {
  /** Rises from one to the next. */
  readonly version: number
  readonly name: string
  /** SQL that every database reads, in order; what differs comes from the dialect. */
  statements(dialect: Dialect): readonly string[]
}
