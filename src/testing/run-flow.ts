/**
 * A flow on the real engine, with a store in memory and a clock that costs no time: what a test of a flow needs.
 *
 * Waits between attempts are over at once and are written down. Only the wire is yours to fake: hand in values for the
 * blocks that the flow opens, or clients in place of them.
 */
import type { Io } from '../base/io.ts'
import { newId } from '../base/ids.ts'
import type { AnyBlock } from '../blocks/define.ts'
import type { Flow } from '../engine/flow.ts'
import type { Host, RunProgress } from '../engine/host.ts'
import { startRun, type StartRunOptions } from '../engine/start-run.ts'
import type { Artifact } from '../model/artifact.ts'
import type { LogLine } from '../model/log-line.ts'
import type { DataWindow, FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** A connection that the flow may open. */
export interface LentBlock {
  readonly block: AnyBlock
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface RunFlowOptions {
  /** Default: now, by the clock. */
  readonly dueAt?: Date | string
  /** Whose data the run is about. Default: none, as for a run without a schedule. */
  readonly window?: DataWindow
  /** Default: 2026-01-01T00:00:00Z, and waiting takes no time. */
  readonly clock?: FakeClock
  /** Null: none at all, as when a flow is called with nothing around it. Default: a new one in memory. */
  readonly store?: Store | null
  /** Saved connections, with their values as a person would type them. */
  readonly blocks?: readonly LentBlock[]
  /** A client in place of what a block opens; undefined goes the usual way. */
  readonly open?: (block: AnyBlock, name: string, io: Io) => unknown
  readonly variables?: Readonly<Record<string, Parameters<Store['variables']['set']>[1]>>
  readonly key?: string
  readonly tags?: readonly string[]
  readonly deployment?: NonNullable<StartRunOptions['deployment']>
  readonly signal?: AbortSignal
  /** What else the engine is lent; wins over everything above. */
  readonly host?: Partial<Host>
}

export interface FlowRunReport<Output> {
  readonly run: FlowRun
  readonly state: State
  /** Undefined unless it completed. */
  readonly result: Output | undefined
  /** What a plain call would have thrown; null when it completed. */
  readonly error: unknown
  readonly artifacts: readonly Artifact[]
  readonly logs: readonly LogLine[]
  readonly steps: readonly TaskRun[]
  readonly progress: readonly RunProgress[]
  /** Every wait on the clock, in order, in milliseconds. */
  readonly waitsMs: readonly number[]
  readonly clock: FakeClock
  readonly store: Store | null
}

/**
 * Never throws for a flow that fails: look at `state` and `error`.
 *
 * @throws ConfigError `config/params` when the parameters do not fit
 */
export async function runFlow<Params, Output, Given>(
  flow: Flow<Params, Output, Given>,
  params: Given,
  options: RunFlowOptions = {},
): Promise<FlowRunReport<Output>> {
  const clock = options.clock ?? createFakeClock()
  const store = options.store === undefined ? createMemoryStore({ clock }) : options.store
  const progress: RunProgress[] = []
  const logs: LogLine[] = []
  for (const [name, value] of Object.entries(options.variables ?? {})) await store?.variables.set(name, value)
  const waitsBefore = clock.waitsMs.length

  const { run, result, error } = await startRun(flow, params, {
    host: {
      store,
      clock,
      identity: { workerId: newId(), pid: process.pid, bootId: 'test', hostName: 'test' },
      random: () => 0.5,
      // the hands of a fake clock jump: a lease by it says nothing about who is alive
      beats: false,
      leaseMs: 365 * 86_400_000,
      settingsInstead: (block, name) =>
        options.blocks?.find((lent) => lent.block.slug === block.slug && lent.name === name)?.values,
      ...(options.open === undefined ? {} : { openInstead: options.open }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onLog: (line) => logs.push(line),
      onProgress: (told) => progress.push(told),
      ...options.host,
    },
    ...(options.dueAt === undefined ? {} : { dueAt: new Date(options.dueAt) }),
    ...(options.window === undefined ? {} : { window: options.window }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.deployment === undefined ? {} : { deployment: options.deployment }),
  })
  return {
    run,
    state: run.state,
    result: result as Output | undefined,
    error,
    artifacts: (await store?.artifacts.listByRun(run.id)) ?? [],
    logs,
    steps: (await store?.taskRuns.list(run.id)) ?? [],
    progress,
    waitsMs: clock.waitsMs.slice(waitsBefore),
    clock,
    store,
  }
}
