/**
 * Runs in processes of their own, one at a time in each: a flow that blocks, leaks or dies harms nobody else.
 *
 * The supervising process keeps the leases, so that a blocked event loop costs no run; it finds a death at once, reads the
 * last words into the run's log, and ends a process that does not stop when it is asked to. One process is kept warm.
 */
import type { Clock } from '../base/clock.ts'
import { EngineError } from '../base/errors.ts'
import type { Failure } from '../base/failure.ts'
import type { Log } from '../base/log.ts'
import type { HeldRun, Host } from '../engine/host.ts'
import { holdRun, LEASE_MS } from '../engine/lease.ts'
import { leaseLost, stopKind, stopMessage } from '../engine/stop.ts'
import type { FlowRun } from '../model/run.ts'
import { endsLease } from '../store/state-rules.ts'
import type { Store } from '../store/store.ts'
import type { FromChild } from './child-messages.ts'
import { startChild, type Child, type ChildCommand } from './child-process.ts'
import { handBack } from './hand-back.ts'
import { lastWordsOf, type LastWords } from './last-words.ts'
import { recordCrash, type CrashRules } from './record-crash.ts'
import { watchSilence } from './watch-silence.ts'

export interface ChildrenOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly host: Host
  readonly command: ChildCommand
  readonly crashRules: () => CrashRules
  readonly leaseMs?: number
  /** After how long without a word a process is reported. Default: five leases. */
  readonly unresponsiveMs?: number
  /** How long a run that is asked to stop has before its process is told to end, and then made to. */
  readonly patience?: Readonly<Record<'cancelled' | 'handed-back', Patience>>
}

/** In real milliseconds from the wish to stop. */
export interface Patience {
  readonly terminateMs: number
  readonly killMs: number
}

export interface Children {
  /**
   * Executes a claimed run in a process of its own and resolves with the run as it is then: ended, waiting to go on, or
   * crashed. `signal` asks it to stop.
   *
   * @throws EngineError `engine/lease-lost` when the run was taken over; what else kept it from being recorded
   */
  execute(run: FlowRun, signal: AbortSignal): Promise<FlowRun>
  /** Starts a process before it is needed. */
  warm(): void
  /** Ends the processes that wait. */
  close(): Promise<void>
}

/** A body that heeds its signal needs far less; one that catches SIGTERM is gone after half a minute all the same. */
const PATIENCE: NonNullable<ChildrenOptions['patience']> = {
  cancelled: { terminateMs: 10_000, killMs: 30_000 },
  // shorter than the time a service has to stop
  'handed-back': { terminateMs: 5_000, killMs: 8_000 },
}
const END_WITHIN_MS = 5_000
/** A process that computes for so long is rare, and one that hangs is found within minutes. */
const SILENT_LEASES = 5
/** Longer than the pause between two runs of a busy service. */
const IDLE_MS = 10_000
/** What flows leave behind in a process does not pile up for ever. */
const RUNS_PER_CHILD = 200

/** A process, with what it is doing. */
interface Member {
  readonly child: Child
  readonly ready: Promise<void>
  runs: number
  leaveTimer?: NodeJS.Timeout
  onMessage: (message: FromChild) => void
  onLine: (line: string, from: 'stdout' | 'stderr') => void
}

type Outcome =
  | { readonly kind: 'ended'; readonly run: FlowRun }
  | { readonly kind: 'broke'; readonly failure: Failure }
  | { readonly kind: 'died'; readonly words: string }

export function createChildren(options: ChildrenOptions): Children {
  const { store, clock, log, command, leaseMs = LEASE_MS, patience = PATIENCE } = options
  const unresponsiveMs = options.unresponsiveMs ?? SILENT_LEASES * leaseMs
  /** Those that wait for a run, the one that was used last at the end. */
  const idle: Member[] = []
  const members = new Set<Member>()

  const start = (): Member => {
    const ready = Promise.withResolvers<void>()
    const member: Member = {
      child: startChild({
        command,
        onMessage: (message) => (message.kind === 'ready' ? ready.resolve() : member.onMessage(message)),
        onLine: (line, from) => member.onLine(line, from),
      }),
      ready: ready.promise,
      runs: 0,
      onMessage: () => {},
      onLine: (line) => log.debug(line),
    }
    members.add(member)
    void member.child.ended.then((words) => {
      members.delete(member)
      if (leaveIdle(member)) log.debug(words)
    })
    return member
  }

  const retire = async ({ child }: Member) => {
    child.send({ kind: 'end' })
    const timer = setTimeout(() => child.signal('SIGKILL'), END_WITHIN_MS)
    await child.ended
    clearTimeout(timer)
  }

  const leaveIdle = (member: Member): boolean => {
    const place = idle.indexOf(member)
    if (place >= 0) idle.splice(place, 1)
    return place >= 0
  }

  /** A process that did what it was asked waits for more; one stays, others go when nobody needs them for a while. */
  const giveBack = (member: Member, isSound: boolean) => {
    member.onMessage = () => {}
    member.onLine = (line) => log.debug(line)
    if (!isSound || member.runs >= RUNS_PER_CHILD) return void retire(member)
    idle.push(member)
    member.leaveTimer = setTimeout(() => {
      if (idle.length > 1 && leaveIdle(member)) void retire(member)
    }, IDLE_MS).unref()
  }

  const takeMember = (): Member => {
    const member = idle.pop() ?? start()
    clearTimeout(member.leaveTimer)
    member.runs += 1
    return member
  }

  /** What becomes of a run, or of a subflow it held, whose process has died: by itself, or because it did not stop. */
  const recordDeath = async ({ id, epoch }: HeldRun, how: string, said: LastWords, signal: AbortSignal) => {
    const run = await store.runs.get(id)
    if (run === null || run.epoch !== epoch || endsLease(run.state)) return
    const lastLines = await said.missingIn(store, id)
    const stop = signal.aborted ? stopKind(signal.reason) : null
    if (stop === 'handed-back' && run.state.type !== 'cancelling') {
      return await handBack(store, run, { now: clock.now(), message: stopMessage(signal.reason), lastLines })
    }
    const wish = stop === 'cancelled' ? { wish: stopMessage(signal.reason) } : {}
    await recordCrash(run, { message: how, lastLines, ...wish }, options.crashRules())
  }

  return {
    warm() {
      if (idle.length === 0) idle.push(start())
    },

    async execute(run, signal) {
      const member = takeMember()
      const { child } = member
      const words = lastWordsOf(run.id)
      /** Subflows that it has claimed, and how their leases are let go. */
      const held = new Map<string, { readonly epoch: number; readonly letGo: () => void }>()
      const over = Promise.withResolvers<Outcome>()
      const silence = watchSilence(run, { store, clock, log, unresponsiveMs, ping: () => child.send({ kind: 'ping' }) })

      member.onLine = (line, from) => {
        words.printed(line, from, clock.now())
        if (from === 'stderr') log.warn(line)
        else log.info(line)
      }
      member.onMessage = (message) => {
        silence.heard()
        switch (message.kind) {
          case 'hold': {
            const { id, epoch } = message.run
            const stopHeld = (reason: unknown) =>
              child.send({ kind: 'stop', runId: id, why: { kind: stopKind(reason), message: stopMessage(reason) } })
            held.set(id, { epoch, letGo: holdRun({ ...options.host, leaseMs }, message.run, stopHeld) })
            break
          }
          case 'let-go':
            held.get(message.run.id)?.letGo()
            held.delete(message.run.id)
            break
          case 'log':
            words.logged(message.line)
            options.host.onLog?.(message.line, message.where)
            break
          case 'progress':
            options.host.onProgress?.(message.progress)
            break
          case 'ended':
          case 'broke':
            over.resolve(message)
            break
          case 'ready':
          case 'pong':
        }
      }
      void child.ended.then((how) => over.resolve({ kind: 'died', words: how }))
      const escalation = escalate(run, child, signal, patience)
      void member.ready.then(() => {
        silence.heard()
        child.send({ kind: 'run', run, leaseMs, workPool: options.host.workPool ?? null })
        // a wish that came while the process was starting was not for anything it knew
        if (signal.aborted) escalation.ask()
      })
      const outcome = await over.promise
      escalation.stop()
      silence.stop()
      for (const { letGo } of held.values()) letGo()

      if (outcome.kind === 'ended') {
        giveBack(member, !signal.aborted && outcome.run.state.name !== 'TimedOut')
        return outcome.run
      }
      if (outcome.kind === 'broke') {
        giveBack(member, false)
        throw revived(run, outcome.failure)
      }
      if (signal.aborted && stopKind(signal.reason) === 'lease-lost') throw signal.reason
      const lost = [run, ...[...held].map(([id, { epoch }]) => ({ id, epoch }))]
      for (const each of lost) await recordDeath(each, outcome.words, words, signal)
      return (await store.runs.get(run.id)) ?? run
    },

    async close() {
      await Promise.all([...members].map(retire))
    },
  }
}

/** From asking to making: the process is told to stop, then to end, then it is ended. */
function escalate(
  run: FlowRun,
  child: Child,
  signal: AbortSignal,
  patience: NonNullable<ChildrenOptions['patience']>,
): { readonly ask: () => void; readonly stop: () => void } {
  const timers: NodeJS.Timeout[] = []
  const ask = () =>
    child.send({
      kind: 'stop',
      runId: run.id,
      why: { kind: stopKind(signal.reason), message: stopMessage(signal.reason) },
    })
  const begin = () => {
    ask()
    const kind = stopKind(signal.reason)
    if (kind === 'lease-lost') return child.signal('SIGKILL')
    const { terminateMs, killMs } = patience[kind === 'handed-back' ? 'handed-back' : 'cancelled']
    timers.push(
      setTimeout(() => child.signal('SIGTERM'), terminateMs),
      setTimeout(() => child.signal('SIGKILL'), killMs),
    )
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return {
    ask,
    stop() {
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', begin)
    },
  }
}

function revived(run: FlowRun, { code, message, hint }: Failure): EngineError {
  if (code === 'engine/lease-lost') return leaseLost(run.id)
  return new EngineError('engine/unexpected', message, { hint, details: { code } })
}
