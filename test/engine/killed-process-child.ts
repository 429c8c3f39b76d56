/**
 * A process that runs a flow of five stages on a SQLite store, writes each side effect and each acknowledgement to a
 * ledger outside of it, and kills itself at a named point when told to.
 *
 * node killed-process-child.ts STORE LEDGER [POINT STEP | nth NUMBER]
 */
import { appendFileSync } from 'node:fs'
import { flow, task } from 'd2flow'
import { systemClock } from '../../src/base/clock.ts'
import type { Host } from '../../src/engine/host.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { keepResult, loadResult } from '../../src/store/results.ts'
import { isGone, thisProcess } from '../../src/worker/identity.ts'

const [, , path = '', ledger = '', point, stepName] = process.argv
const note = (line: string) => appendFileSync(ledger, `${line}\n`)

const stage = task({
  name: 'stage',
  async run({ name, rows }: { name: string; rows: readonly number[] }) {
    note(`effect ${name}`)
    await new Promise(setImmediate)
    return rows.map((row) => row + name.length)
  },
})

/** Larger than a row holds, so that its result is a file beside the store. */
const large = task({
  name: 'large',
  run() {
    note('effect large')
    return Array.from({ length: 20_000 }, (_, index) => index)
  },
})

const part = flow({
  name: 'part',
  async run() {
    const rows = await stage({ name: 'within', rows: [7] }, { key: 'within' })
    note('ack within')
    return rows
  },
})

const stages = flow({
  name: 'stages',
  async run(_, ctx) {
    ctx.log.info('begins')
    const many = await large()
    note('ack large')
    let rows: readonly number[] = [1, 2, 3]
    for (const name of ['a', 'bb', 'ccc']) {
      rows = await stage({ name, rows }, { key: name })
      note(`ack ${name}`)
    }
    const mapped = await Promise.all(stage.map({ name: ['x', 'yy', 'zzz'], rows: [[0], [0], [0]] }))
    for (const name of ['x', 'yy', 'zzz']) note(`ack ${name}`)
    return { rows, mapped, within: await part(), sum: many.reduce((sum, value) => sum + value, 0) }
  },
})

let points = 0
const at: Host['at'] = (reached, { run, step }) => {
  points += 1
  const here =
    point === 'nth' ? points === Number(stepName) : reached === point && (step?.name ?? run.flowName) === stepName
  if (!here) return undefined
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

const me = thisProcess()
const store = await openSqliteStore({ path, clock: systemClock })
const { run, result } = await startRun(
  stages,
  {},
  {
    key: 'nightly',
    host: {
      store,
      clock: systemClock,
      identity: me,
      isGone: (worker) => isGone(worker, me),
      results: { keep: (value) => keepResult(store, 'results', value), load: (kept) => loadResult(store, kept) },
      at,
    },
  },
)
process.stdout.write(JSON.stringify({ run, result }))
await store.close()
