/**
 * A process that runs a flow with a transaction on a SQLite store, writes what happens to a ledger outside of it, and
 * kills itself at a named point when told to.
 *
 * node transactions-child.ts STORE LEDGER [--without-undo] [POINT STEP]
 */
import { appendFileSync } from 'node:fs'
import { flow, task, type TransactionHook } from 'd2flow'
import { systemClock } from '../../src/base/clock.ts'
import type { Host } from '../../src/engine/host.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { isGone, thisProcess } from '../../src/worker/identity.ts'

const args = process.argv.slice(2)
const withoutUndo = args.includes('--without-undo')
const [path = '', ledger = '', point, stepName] = args.filter((arg) => !arg.startsWith('--'))
const note = (line: string) => appendFileSync(ledger, `${line}\n`)

type Written = { readonly written: string }
const undo: TransactionHook<Written> = ({ result, get }) =>
  note(`undid ${result.written} of batch ${JSON.stringify(get('batch'))}`)
const confirm: TransactionHook<Written> = ({ result }) => note(`confirmed ${result.written}`)

const write = task({
  name: withoutUndo ? 'write-by-another-name' : 'write',
  run(what: string) {
    note(`wrote ${what}`)
    return { written: what }
  },
  ...(withoutUndo ? {} : { onRollback: [undo], onCommit: [confirm] }),
})

const nightly = flow({
  name: 'nightly',
  async run(_, ctx) {
    await write('before', { key: 'before' })
    const written = await ctx.transaction(async (t) => {
      t.set('batch', 7)
      return [await write('a', { key: 'a' }), await write('b', { key: 'b' })].map((each) => each.written)
    })
    await write('after', { key: 'after' })
    return written
  },
})

const at: Host['at'] = (reached, { run, step }) => {
  if (reached !== point || (step?.name ?? run.flowName) !== stepName) return undefined
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

const me = thisProcess()
const store = await openSqliteStore({ path, clock: systemClock })
const host: Host = { store, clock: systemClock, identity: me, isGone: (worker) => isGone(worker, me), at }
const { run, result } = await startRun(nightly, {}, { key: 'one', host })
const steps = await store.taskRuns.list(run.id)
process.stdout.write(
  JSON.stringify({
    state: run.state.name,
    failure: run.failure,
    result,
    steps: steps.map(({ key, state }) => `${key} ${state.name}`),
    transactions: (await store.transactions.list(run.id)).map(({ key, state, data }) => ({ key, state, data })),
  }),
)
await store.close()
