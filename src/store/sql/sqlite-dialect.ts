/** SQLite: a write transaction holds the whole file, so no row needs a lock of its own. */
import type { Kysely } from 'kysely'
import type { Dialect } from './database.ts'
import type { Tables } from './tables.ts'

let builder: Promise<Kysely<Tables>> | undefined

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  queryBuilder: () => (builder ??= createBuilder()),
  types: { bytes: 'blob', generatedKey: 'integer primary key' },
  forUpdate: '',
  forUpdateSkipLocked: '',
}

async function createBuilder(): Promise<Kysely<Tables>> {
  const { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } = await import('kysely')
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}
