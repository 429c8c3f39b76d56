/** Claims runs until none is left, moves each to its end, and prints what it took, one id a line. */
import { systemClock } from '../../src/base/clock.ts'
import { newState } from '../../src/model/new-state.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { worker } from './given.ts'

const [path = '', name = ''] = process.argv.slice(2)
const store = await openSqliteStore({ path, clock: systemClock })

for (;;) {
  const claimed = await store.leases.claim(worker(name), { limit: 3, leaseMs: 60_000 })
  if (claimed.length === 0) break
  for (const { id, epoch } of claimed) {
    const now = systemClock.now()
    await store.write([{ kind: 'run-state', runId: id, epoch, state: newState('running', now) }])
    await store.leases.beat([{ runId: id, epoch }], 60_000)
    await store.write([{ kind: 'run-state', runId: id, epoch, state: newState('completed', now) }])
    console.log(id)
  }
}
await store.close()
