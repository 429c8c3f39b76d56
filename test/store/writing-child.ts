/**
 * Writes steps for ever, one after another or many at once, and prints the id of each as soon as the store has
 * acknowledged that it is completed. It is meant to be killed.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/base/clock.ts'
import { newState } from '../../src/model/new-state.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { given, startedRun } from './given.ts'

const [path = '', atOnce = '1'] = process.argv.slice(2)
const store = await openSqliteStore({ path, clock: systemClock })
const a = given(systemClock)
const run = await startedRun(store, a.run())

async function writeStep(): Promise<void> {
  const step = a.step(run)
  await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [step] }])
  const states = [newState('running', systemClock.now()), newState('completed', systemClock.now())]
  await store.write([{ kind: 'task-run-state', runId: run.id, epoch: 0, taskRunId: step.taskRun.id, states }])
  // not through a stream: what was acknowledged is said before anything else happens
  writeSync(1, `${step.taskRun.id}\n`)
}

for (;;) await Promise.all(Array.from({ length: Number(atOnce) }, writeStep))
