/** Brings a database to the newest schema, all missing migrations in one transaction. */
import type { Clock } from '../../base/clock.ts'
import { StoreError } from '../../base/errors.ts'
import type { Connection, Database } from './database.ts'
import { SCHEMA_VERSION } from './schema-version.ts'
import { insertText } from './statement-text.ts'
import type { SchemaVersionRow } from './tables.ts'

const TABLE = `create table if not exists schema_versions
  (version integer primary key, name text not null, applied_at bigint not null)`
const INSERT = insertText('schema_versions', ['version', 'name', 'applied_at'])

/**
 * Gives the version the database is at afterwards.
 *
 * @throws StoreError `store/migration` when a newer d2flow has written to it
 */
export async function migrate(database: Database, clock: Clock, address: string): Promise<number> {
  await database.run(TABLE)
  const present = await versionOf(database)
  if (present === SCHEMA_VERSION) return present
  if (present > SCHEMA_VERSION) throw fromTheFuture(address, present)

  const { migrations } = await import('./migrations/index.ts')
  return await database.transaction(async (connection) => {
    // asked again: another process may have been faster
    const from = await versionOf(connection)
    for (const migration of migrations.filter(({ version }) => version > from)) {
      for (const statement of migration.statements(database.dialect)) await connection.run(statement)
      await connection.run(INSERT, [migration.version, migration.name, clock.now().getTime()])
    }
    return SCHEMA_VERSION
  })
}

async function versionOf(connection: Connection): Promise<number> {
  const [row] = await connection.all<Pick<SchemaVersionRow, 'version'>>(
    'select version from schema_versions order by version desc limit 1',
  )
  return row?.version ?? 0
}

function fromTheFuture(address: string, version: number): StoreError {
  return new StoreError(
    'store/migration',
    `the store ${address} is at version ${version}, this d2flow knows version ${SCHEMA_VERSION}`,
    {
      hint: 'a newer d2flow has written to it: upgrade d2flow, or name another store',
      details: { address, version, known: SCHEMA_VERSION },
    },
  )
}
