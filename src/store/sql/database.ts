/**
 * What the nouns need of a database, and the little in which databases differ.
 *
 * A statement that is always the same is written out as SQL that every database reads. A query that depends on what the
 * caller asks for is put together by Kysely, which is loaded only then: it takes 50 ms and 15 MB, a good part of what a
 * small flow needs in all.
 */
import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export type SqlValue = string | number | bigint | Uint8Array | null

export interface Connection {
  /** The rows of a query. Parameters stand as `?`. */
  all<Row>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>
  /** The number of rows that were changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>
}

export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  /** Kysely for this database; it makes texts and never runs them. */
  queryBuilder(): Promise<Kysely<Tables>>
  readonly types: {
    readonly bytes: string
    /** A whole number that the database gives to each new row. */
    readonly generatedKey: string
  }
  /** Put behind a select whose rows the transaction is about to change. */
  readonly forUpdate: string
  /** The same where several ask at once and each shall get other rows. */
  readonly forUpdateSkipLocked: string
}

export interface Database extends Connection {
  readonly dialect: Dialect
  /** Everything that `work` does, or nothing. It may write from its first statement on: no upgrade of a read lock. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Another text after every commit, by whichever process. */
  revision(): Promise<string>
  sizeBytes(): Promise<number>
  close(): Promise<void>
}

/** Runs what Kysely has made. */
export async function select<Row>(
  connection: Connection,
  query: { compile(): { readonly sql: string; readonly parameters: readonly unknown[] } },
): Promise<readonly Row[]> {
  const { sql, parameters } = query.compile()
  return await connection.all<Row>(sql, parameters as readonly SqlValue[])
}
