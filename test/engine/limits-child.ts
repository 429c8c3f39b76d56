/**
 * A process that works under a limit, and writes to a ledger outside of the store when it enters and leaves.
 *
 * node limits-child.ts STORE LEDGER TASK TIMES   enters so often, then prints its warnings and ends
 * node limits-child.ts STORE LEDGER TASK hold    enters once, says so, and never leaves
 */
import { appendFileSync } from 'node:fs'
import { flow, task } from 'd2flow'
import { systemClock } from '../../src/base/clock.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { isGone, thisProcess } from '../../src/worker/identity.ts'

const [, , path = '', ledger = '', name = '', times = ''] = process.argv
const note = (line: string) => appendFileSync(ledger, `${line}\n`)

const work = task({
  name,
  async run(n: number, ctx) {
    await ctx.withSlots('api-limit', 1, async () => {
      note(`enter ${name} ${n}`)
      if (times === 'hold') {
        process.stdout.write('held\n')
        await new Promise((resolve) => setTimeout(resolve, 600_000))
      }
      await ctx.sleep(5)
      note(`leave ${name} ${n}`)
    })
    return n
  },
})

const many = flow({
  name: `with-${name}`,
  run: async () => await Promise.all(work.map(Array.from({ length: Number(times) || 1 }, (_, n) => n))),
})

const me = thisProcess()
const store = await openSqliteStore({ path, clock: systemClock })
const host = { store, clock: systemClock, identity: me, leaseMs: 2_000, isGone: () => false }
const { run } = await startRun(many, {}, { host: times === 'hold' ? host : { ...host, isGone: (w) => isGone(w, me) } })
process.stdout.write(`${run.state.type}\n`)
await store.close()
