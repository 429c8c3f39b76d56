/**
 * One process that does everything for a project: makes the runs that schedules ask for, takes them with a lease,
 * executes them, finds those whose process died, and delivers the messages.
 */
import type { Clock } from '../base/clock.ts'
import { SECOND } from '../base/duration.ts'
import { toFailure } from '../base/failure.ts'
import type { Log } from '../base/log.ts'
import { wakeOverdue } from '../engine/answer-run.ts'
import { callCrashHooks } from '../engine/crash-hooks.ts'
import { HEED_EVERY_MS } from '../engine/lease.ts'
import { executeRun } from '../engine/run-flow.ts'
import type { Host } from '../engine/host.ts'
import { handedBack } from '../engine/stop.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal } from '../model/state.ts'
import { missingWorkPool, type PoolWorker } from '../model/work-pool.ts'
import { deliverOutbox } from '../notify/deliver-outbox.ts'
import type { Notifier } from '../notify/notifier.ts'
import { schedule } from '../schedule/scheduler.ts'
import type { ChildCommand } from '../worker/child-process.ts'
import { createChildren } from '../worker/children.ts'
import { createWorker, type Worker } from '../worker/worker.ts'
import { reap } from '../worker/reap.ts'
import { recordCrash, type CrashRules } from '../worker/record-crash.ts'
import { admit } from './admit.ts'
import { applyDeployments, servedOf } from './apply-deployments.ts'
import { createHouseKeeping, type HouseKeeping } from './keep-house.ts'
import { knownFlow } from './known-flow.ts'
import { runMessages, type Project } from './open-project.ts'
import { findUntold, untoldInWords } from './untold.ts'

export type { ChildCommand } from '../worker/child-process.ts'

export interface ServeOptions {
  readonly project: Project
  readonly clock: Clock
  readonly log: Log
  /** Stops the service: no new runs, those under way end or are handed back. */
  readonly signal: AbortSignal
  readonly atOnce?: number
  readonly leaseMs?: number
  /** How long runs under way may go on after the signal. Default 30 s. */
  readonly graceMs?: number
  /**
   * Starts a process that executes runs for this one: then each run has a process of its own. Without it runs are executed
   * here, where one that blocks the event loop holds up all.
   */
  readonly childCommand?: ChildCommand
  /** Called when a run that was executed here has ended. */
  readonly onRunEnd?: (run: FlowRun) => void
  /** What runs here are lent beside the usual. */
  readonly host?: Partial<Host>
  /** Takes the runs of one work pool in place of those that wait in none. */
  readonly worker?: PoolWorker
}

/** How often it looks for due runs and waiting messages: the longest a due run waits for an idle process. */
const TICK_MS = SECOND
/** Schedules are made ahead, and crashes are found, at this pace. */
const SLOW_TICK_MS = 5 * SECOND
const LEASE_MS = 30 * SECOND
const GRACE_MS = 30 * SECOND
/** Runs that are handed back stop at their next step; a process that does not is ended before that. */
const HAND_BACK_MS = 10 * SECOND

export async function serve(options: ServeOptions): Promise<void> {
  const { project, clock, log } = options
  for (const { name, change } of await applyDeployments(servedOf(project.deployments), project.store, clock)) {
    if (change !== 'unchanged') log.info(`deployment ${name} ${change}`)
  }
  for (const { says, hint } of (await findUntold(project)).map(untoldInWords)) log.warn(`${says}; ${hint}`)
  await keepServing(options)
}

/** The loop of a process that serves, or works for a pool; `once` ends it when nothing can be taken and nothing is under way. */
export async function keepServing(options: ServeOptions & { readonly once?: boolean }): Promise<void> {
  const { clock, log, signal, once = false } = options
  let wake = new AbortController()
  const service = createService({
    ...options,
    onRunEnd(run) {
      options.onRunEnd?.(run)
      // once its place is free: whoever waits for it is not to wait for the next tick
      setImmediate(() => wake.abort())
    },
  })
  const stopped = new AbortController()
  service.warm()
  const watching = watch(service.worker, clock, (options.leaseMs ?? LEASE_MS) / 3, stopped.signal, log)
  let slowAtMs = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    wake = new AbortController()
    const isSlowTick = clock.monotonicMs() - slowAtMs >= SLOW_TICK_MS
    if (isSlowTick) slowAtMs = clock.monotonicMs()
    const looked = await service.tick({ slow: isSlowTick }).then(
      () => true,
      (error: unknown) => {
        // a store that is busy or away for a moment must not end the night's service
        log.error(`the service goes on after: ${toFailure(error).message}`)
        return false
      },
    )
    if (once && looked && service.worker.running().length === 0) break
    await clock.sleep(TICK_MS, AbortSignal.any([signal, wake.signal])).catch(() => {}) // only these end a sleep early
  }
  await windDown(service, options)
  stopped.abort()
  await watching
  await service.close()
}

export interface Service {
  readonly worker: Worker
  /** One look around: due runs and messages; with `slow` schedules and crashes too. */
  readonly tick: (what: { readonly slow: boolean }) => Promise<void>
  /** Sends what waits in the outbox. */
  readonly deliver: () => Promise<number>
  /** Starts a process for runs before there is one to execute. */
  readonly warm: () => void
  /** Ends the processes that wait for runs. */
  readonly close: () => Promise<void>
  readonly house: HouseKeeping
}

/** The service without its loop, for whoever turns the hands of the clock themselves. */
export function createService(options: ServeOptions): Service {
  const { project, clock, log, atOnce = project.definition.atOnce ?? 5, leaseMs = LEASE_MS } = options
  const { store } = project
  const pool = options.worker?.pool ?? null
  const lent: Partial<Host> = { ...options.host, ...(pool === null ? {} : { workPool: pool }) }
  const me = project.host(lent).identity
  const flowNames = project.flows.map(({ name }) => name).concat(project.deployments.map(({ flow }) => flow.name))
  const worker = createWorker({
    store,
    me,
    clock,
    log,
    atOnce,
    leaseMs,
    flowNames,
    pool,
    admit: () => admit(store, clock.now(), flowNames, pool),
    async onBroken(run, error) {
      const present = await store.runs.get(run.id)
      if (present === null || present.epoch !== run.epoch || isTerminal(present.state)) return
      await recordCrash(present, { message: `its execution broke off: ${toFailure(error).message}` }, crashRules())
    },
    async execute(run, stop) {
      log.info(`run ${run.name} of ${run.flowName} begins`)
      const ended = await (children === null ? executeHere(run, stop) : children.execute(run, stop))
      const why = ended.failure?.message ?? ended.state.message
      log.info(`run ${ended.name} of ${ended.flowName}: ${ended.state.name}${why === null ? '' : ` (${why})`}`)
      options.onRunEnd?.(ended)
    },
  })
  const house = createHouseKeeping({ project, log, atOnce, worker: options.worker })
  const executeHere = async (run: FlowRun, stop: AbortSignal) => {
    const flow = (await knownFlow(project, run.flowName)) ?? (await project.flow(run.flowName))
    return await executeRun(flow, run, { ...project.host(lent), signal: stop })
  }
  const deliver = async () =>
    await deliverOutbox({
      outbox: store.outbox,
      open: async (through, named) =>
        (await project.blocks.open(await project.blockType(through), named, {})) as Notifier,
      now: () => clock.now(),
      log,
    })
  const crashRules = (): CrashRules => ({
    store,
    now: clock.now(),
    log,
    recovers: async (name) => (await knownFlow(project, name))?.core.recover !== 'never',
    messages: (run, state) => runMessages(project, run, state),
    async onGivenUp(run, state) {
      const flow = await knownFlow(project, run.flowName)
      if (flow !== null) await callCrashHooks(flow, run, state, project.host(lent))
      options.onRunEnd?.(run)
    },
  })
  const children =
    options.childCommand === undefined
      ? null
      : createChildren({
          store,
          clock,
          log,
          host: project.host(lent),
          command: options.childCommand,
          crashRules,
          leaseMs,
        })
  return {
    worker,
    house,
    deliver,
    warm: () => children?.warm(),
    close: async () => await children?.close(),
    async tick({ slow }) {
      if (slow) {
        await house.tick()
        await reap({ ...crashRules(), me })
        const overdue = await wakeOverdue(store, clock.now())
        if (overdue > 0) log.warn(`${overdue} runs waited for an answer that nobody gave in time`)
        const { made, skipped } = await schedule(store, clock.now(), options.worker)
        if (skipped > 0) log.warn(`${skipped} missed moments were left out; see d2flow flow-run ls --state cancelled`)
        if (made > 0) log.debug(`${made} runs were made ahead`)
        if (pool !== null && (await store.workPools.get(pool)) === null) throw missingWorkPool(pool)
      }
      await worker.take()
      await deliver()
    },
  }
}

/** Beside the ticks, which may take their time: leases are renewed, and wishes to stop are heard. */
async function watch(worker: Worker, clock: Clock, beatMs: number, signal: AbortSignal, log: Log): Promise<void> {
  let beatenAtMs = clock.monotonicMs()
  while (!signal.aborted) {
    await clock.sleep(Math.min(HEED_EVERY_MS, beatMs), signal).catch(() => {}) // only the signal ends a sleep early
    if (signal.aborted) return
    await worker.heed().catch((error: unknown) => log.error(`runs could not be looked at: ${toFailure(error).message}`))
    if (clock.monotonicMs() - beatenAtMs < beatMs) continue
    beatenAtMs = clock.monotonicMs()
    await worker.beat().catch((error: unknown) => log.error(`leases could not be renewed: ${toFailure(error).message}`))
  }
}

/** A sleep that nobody needs any more would keep the process alive. */
async function idleWithin(worker: Worker, clock: Clock, ms: number): Promise<void> {
  const patience = new AbortController()
  await Promise.race([worker.idle(), clock.sleep(ms, patience.signal).catch(() => {})]) // the sleep is only ended by us
  patience.abort()
}

/** Lets runs end by themselves for a while, hands the others back, and sends what is left to say. */
async function windDown(
  { worker, deliver, house }: Service,
  { clock, log, graceMs = GRACE_MS }: ServeOptions,
): Promise<void> {
  const running = worker.running()
  if (running.length > 0) {
    log.info(`waiting for ${running.map(({ name }) => name).join(', ')}, at most ${Math.round(graceMs / SECOND)} s`)
    await idleWithin(worker, clock, graceMs)
    worker.abort(handedBack('the process that runs it was asked to stop'))
    await idleWithin(worker, clock, HAND_BACK_MS)
  }
  await house.stop().catch((error: unknown) => log.warn(`the end was not told: ${toFailure(error).message}`))
  await deliver().catch((error: unknown) => log.warn(`messages wait for the next start: ${toFailure(error).message}`))
}
