/** Judges a round: reads the ledger and the store, and says what must not be. */
import { DatabaseSync } from 'node:sqlite'
import { canonicalJson } from '../../src/base/hash.ts'
import { systemClock } from '../../src/base/clock.ts'
import type { FlowRun } from '../../src/model/run.ts'
import { isTerminal } from '../../src/model/state.ts'
import type { TaskRun } from '../../src/model/task-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import * as ledger from './ledger.ts'
import { expected } from './workload.ts'

export interface Verdict {
  readonly violations: readonly string[]
  readonly runs: number
  readonly effects: number
  readonly acknowledged: number
  /** Deaths and losses of processes, as the runs count them. */
  readonly crashes: number
  /** How often a process was told that a run is not its own any more. */
  readonly refused: number
}

export interface JudgeOptions {
  readonly storePath: string
  readonly ledgerPath: string
  /** What processes may complain of in this round. */
  readonly mayComplain?: RegExp
}

/** More crashes of one run than this are given up, and so are three deaths in one step. */
const CRASHES_AT_MOST = 3

export async function judge({ storePath, ledgerPath, mayComplain }: JudgeOptions): Promise<Verdict> {
  const entries = ledger.read(ledgerPath)
  const violations = [...integrityOf(storePath), ...complaints(entries, mayComplain)]
  const store = await openSqliteStore({ path: storePath, clock: systemClock })
  try {
    const runs = await store.runs.list({ limit: 10_000 })
    for (const run of runs) violations.push(...(await endOf(store, run)))
    for (const run of runs) violations.push(...(await stepsOf(store, run, entries)))
    const leases = await store.leases.list()
    if (leases.length > 0) violations.push(`${leases.length} leases are left behind`)
    const known = new Set(runs.map(({ id }) => id))
    for (const entry of entries) {
      if ('run' in entry && !known.has(entry.run)) violations.push(`run ${entry.run} was lost from the store`)
    }
    return {
      violations,
      runs: runs.length,
      effects: entries.filter(({ what }) => what === 'effect').length,
      acknowledged: entries.filter(({ what }) => what === 'acknowledged').length,
      crashes: runs.reduce((sum, { crashCount }) => sum + crashCount, 0),
      refused: entries.filter(({ what }) => what === 'lost').length,
    }
  } finally {
    await store.close()
  }
}

function integrityOf(path: string): readonly string[] {
  const database = new DatabaseSync(path)
  const [row] = database.prepare('pragma integrity_check').all()
  database.close()
  return row?.['integrity_check'] === 'ok' ? [] : [`the file is damaged: ${JSON.stringify(row)}`]
}

/** A store that several processes share never answers that it is busy, and nobody fails at anything else. */
function complaints(entries: readonly ledger.Entry[], allowed: RegExp | undefined): readonly string[] {
  return entries.flatMap((entry) =>
    entry.what === 'trouble' && allowed?.test(entry.words) !== true
      ? [`process ${entry.pid} complained: ${entry.words}`]
      : [],
  )
}

/** Every run comes to an end: that of an unbroken run, or given up after too many crashes. */
async function endOf(store: Store, run: FlowRun): Promise<readonly string[]> {
  const name = `${run.flowName} ${run.name}`
  if (!isTerminal(run.state)) return [`${name} has not ended: ${run.state.name}`]
  if (run.state.type !== 'completed') {
    if (run.crashCount > CRASHES_AT_MOST) return []
    const poisoned = (await store.taskRuns.list(run.id)).some(({ crashCount }) => crashCount >= CRASHES_AT_MOST)
    return poisoned ? [] : [`${name} ended ${run.state.type}: ${run.state.message ?? ''}`]
  }
  const value = run.result?.kind === 'value' ? run.result.value : undefined
  const wanted = expected(run.flowName, run.parameters['n'] as number)
  if (value !== undefined && canonicalJson(value) === canonicalJson(wanted)) return []
  return [`${name} gave ${JSON.stringify(value)} in place of ${JSON.stringify(wanted)}`]
}

async function stepsOf(store: Store, run: FlowRun, entries: readonly ledger.Entry[]): Promise<readonly string[]> {
  const rows = new Map((await store.taskRuns.list(run.id)).map((row) => [row.id, row]))
  const ofRun = entries.filter((entry) => entry.what === 'effect' || entry.what === 'acknowledged')
  const byStep = Map.groupBy(
    ofRun.filter((entry) => entry.run === run.id),
    ({ step }) => step,
  )
  const violations: string[] = []
  for (const [step, lines] of byStep) {
    const row = rows.get(step)
    const name = row?.name ?? step
    const effects = lines.filter(({ what }) => what === 'effect').map(({ epoch }) => epoch)
    const acknowledged = lines.filter(({ what }) => what === 'acknowledged').map(({ epoch }) => epoch)
    violations.push(...(await judgeStep(store, { name, row, effects, acknowledged })))
  }
  return violations.map((violation) => `${run.flowName} ${run.name}: ${violation}`)
}

interface StepLines {
  readonly name: string
  readonly row: TaskRun | undefined
  /** The epochs under which its body began. */
  readonly effects: readonly number[]
  /** The epochs under which its record was acknowledged. */
  readonly acknowledged: readonly number[]
}

async function judgeStep(store: Store, { name, row, effects, acknowledged }: StepLines): Promise<readonly string[]> {
  if (row === undefined) return [`${name} has left no row`]
  const violations: string[] = []
  const [first] = acknowledged
  if (first !== undefined && row.state.type !== 'completed')
    violations.push(`${name} was acknowledged and is ${row.state.name}`)
  if (acknowledged.length > 1) violations.push(`${name} was acknowledged ${acknowledged.length} times`)
  if (first !== undefined && effects.some((epoch) => epoch > first)) {
    violations.push(`${name} ran again under epoch ${Math.max(...effects)}, after epoch ${first} was acknowledged`)
  }
  if (new Set(effects).size !== effects.length)
    violations.push(`${name} ran twice under one epoch: ${effects.join(', ')}`)
  const crashes = (await store.taskRuns.history(row.id)).filter(({ type }) => type === 'crashed').length
  if (effects.length > 1 + crashes) violations.push(`${name} had ${effects.length} effects and ${crashes} crashes`)
  return violations
}
