/** Says that it is ready, and opens a store at the very moment a file appears: the starting gun for several of its kind. */
import { existsSync } from 'node:fs'
import { systemClock } from '../../src/base/clock.ts'
import '../../src/store/sql/migrations/index.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'

const [path = '', gun = ''] = process.argv.slice(2)
console.log('ready')
while (!existsSync(gun)) {
  // looks again at once: whoever sleeps starts late
}
const store = await openSqliteStore({ path, clock: systemClock })
await store.runs.list()
await store.close()
