/**
 * A process that asks for a cached value on a SQLite store. It says "computes" when its body begins, waits there for a
 * word from its parent, and tells every line of its log and, at last, its result.
 *
 * node cache-child.ts STORE VALUE
 */
import { once } from 'node:events'
import { flow, task } from 'd2flow'
import { systemClock } from '../../src/base/clock.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { thisProcess } from '../../src/worker/identity.ts'

const [, , path = '', value = ''] = process.argv
const tell = (message: Readonly<Record<string, unknown>>) => process.send?.(message)

const expensive = task({
  name: 'expensive',
  cache: { by: 'inputs' },
  async run({ country }: { readonly country: string }) {
    tell({ computes: `${value} for ${country}` })
    await once(process, 'message')
    return value
  },
})
const asks = flow({ name: 'asks', run: async () => await expensive({ country: 'KEN' }) })

const store = await openSqliteStore({ path, clock: systemClock })
const { result, error } = await startRun(
  asks,
  {},
  {
    host: {
      store,
      clock: systemClock,
      identity: thisProcess(),
      leaseMs: 1_500,
      onLog: ({ message }) => tell({ log: message }),
    },
  },
)
tell(error === null ? { result } : { error: (error as Error).message })
await store.close()
process.disconnect()
