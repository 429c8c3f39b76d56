/** A folder with a store, the processes that serve it, and the ledger they write: what rounds and benchmarks play on. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { newRun } from '../../src/model/new-run.ts'
import { isTerminal } from '../../src/model/state.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { ChildOptions } from './faults-child.ts'
import * as ledger from './ledger.ts'

const SCRIPT = join(import.meta.dirname, 'faults-child.ts')
const LEASE_MS = 4_000
const WAIT_MS = 120_000
/** Runs are asked for before the clock of any process. */
const ASKED_BEFORE_MS = 4 * 3_600_000

export interface Place {
  readonly folder: string
  readonly storePath: string
  readonly ledgerPath: string
  readonly random: () => number
  readonly preload: string | undefined
  readonly done: Record<string, number>
  readonly processes: Set<ChildProcess>
}

export function openPlace({ seed, preload }: { readonly seed: number; readonly preload?: string | undefined }): Place {
  const folder = mkdtempSync(join(tmpdir(), 'd2flow-faults-'))
  const place: Place = {
    folder: join(folder, 'project'),
    storePath: join(folder, 'project', 'd2flow.db'),
    ledgerPath: join(folder, 'ledger.ndjson'),
    random: lehmer(seed),
    preload,
    done: {},
    processes: new Set(),
  }
  mkdirSync(place.folder)
  return place
}

/** Ends the processes that are left. */
export function closePlace({ folder, processes }: Place): void {
  for (const each of processes) each.kill('SIGKILL')
  rmSync(join(folder, '..'), { recursive: true, force: true })
}

export function serveIt(place: Place, more: Partial<ChildOptions> = {}): ChildProcess {
  const { folder, ledgerPath, preload } = place
  const options: ChildOptions = { folder, ledger: ledgerPath, leaseMs: LEASE_MS, mode: 'tight', ...more }
  const args = [
    '--conditions=source',
    ...(preload === undefined ? [] : ['--import', preload]),
    SCRIPT,
    JSON.stringify(options),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  place.processes.add(child)
  child.on('exit', () => place.processes.delete(child))
  return child
}

/** So many runs of the flow, with n from 1. Gives their ids. */
export async function askFor(
  place: Place,
  flowName: string,
  runs: number,
  parameters: JsonObject = {},
): Promise<readonly string[]> {
  const store = await openStore(place)
  const at = new Date(Date.now() - ASKED_BEFORE_MS)
  const made = Array.from({ length: runs }, (_, index) =>
    newRun({ flowName, parameters: { ...parameters, n: index + 1 }, at }),
  )
  for (const run of made) await store.write([{ kind: 'run-created', run }])
  await store.close()
  return made.map(({ id }) => id)
}

export async function openStore({ storePath }: Place) {
  return await openSqliteStore({ path: storePath, clock: systemClock })
}

/** Runs that are given up have ended too. A round that takes too long is judged as it is. */
export async function untilAllEnded(place: Place): Promise<void> {
  const store = await openStore(place)
  try {
    const untilMs = performance.now() + WAIT_MS
    while (performance.now() < untilMs) {
      const runs = await store.runs.list({ limit: 1_000 })
      if (runs.every(({ state }) => isTerminal(state))) return
      await wait(50)
    }
  } finally {
    await store.close()
  }
}

export async function untilLedger(place: Place, fits: (entry: ledger.Entry) => boolean): Promise<ledger.Entry> {
  const untilMs = performance.now() + WAIT_MS
  for (;;) {
    const found = ledger.read(place.ledgerPath).find(fits)
    if (found !== undefined) return found
    if (performance.now() > untilMs) throw new Error(`waited in vain: ${fits.toString()}`)
    await wait(10)
  }
}

/** The next thing that happens in a run from now on; null when all have ended before. */
export async function nextSign(place: Place): Promise<ledger.Entry | null> {
  const seen = ledger.read(place.ledgerPath).length
  let allEnded = false
  void untilAllEnded(place).then(() => (allEnded = true))
  for (;;) {
    const found = ledger
      .read(place.ledgerPath)
      .slice(seen)
      .find((entry) => 'run' in entry)
    if (found !== undefined || allEnded) return found ?? null
    await wait(10)
  }
}

export function isClaim(entry: ledger.Entry): boolean {
  return entry.what === 'claimed'
}

export function epochOf(entry: ledger.Entry): number {
  return 'epoch' in entry ? entry.epoch : 0
}

export async function kill(place: Place, child: ChildProcess | undefined, as = 'kills'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  count(place, as)
  await ended(child)
}

export function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.on('exit', resolve))
}

export function count({ done }: Place, what: string, times = 1): void {
  done[what] = (done[what] ?? 0) + times
}

export function between({ random }: Place, low: number, high: number): number {
  return low + random() * (high - low)
}

/** Lehmer's generator: a round can be had again by its seed. */
function lehmer(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
