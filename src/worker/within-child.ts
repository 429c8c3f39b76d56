/** The other side of `children.ts`: takes runs from the process that supervises this one, and tells it how they go. */
import { setTimeout as wait } from 'node:timers/promises'
import { EngineError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import type { Host } from '../engine/host.ts'
import { handedBack, leaseLost } from '../engine/stop.ts'
import type { FlowRun } from '../model/run.ts'
import type { FromChild, StopReason, ToChild } from './child-messages.ts'

/** The line to the supervising process: `process`, when it was started with one. */
export interface SupervisorLine {
  readonly connected: boolean
  send?(message: unknown, sent: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

/** Long enough for a body that heeds its signal, and less than the shortest lease. */
const ORPHAN_GRACE_MS = 5_000

export interface ObeyOptions {
  readonly line: SupervisorLine
  /** Executes a run with what the host is lent beside the usual. */
  readonly execute: (run: FlowRun, lent: Partial<Host>) => Promise<FlowRun>
}

/** Resolves when the supervising process needs this one no more; or is gone, and the run under way was handed back. */
export async function obeySupervisor({ line, execute }: ObeyOptions): Promise<void> {
  const tell = (message: FromChild) => {
    // nobody listens any more: the end of the line says what to do
    if (line.connected) line.send?.(message, () => {})
  }
  /** How to stop each run that is held here. */
  const stops = new Map<string, (reason: unknown) => void>()
  let underWay: Promise<void> | null = null
  const over = Promise.withResolvers<void>()

  const begin = async ({ run, leaseMs, workPool }: Extract<ToChild, { kind: 'run' }>) => {
    const stop = new AbortController()
    stops.set(run.id, (reason) => stop.abort(reason))
    try {
      const ended = await execute(run, {
        leaseMs,
        ...(workPool === null ? {} : { workPool }),
        signal: stop.signal,
        // the process is ended when a body does not stop: nothing of it is left to itself
        cancelGraceMs: Infinity,
        holdElsewhere(held, stopHeld) {
          const { id, epoch } = held
          stops.set(id, stopHeld)
          tell({ kind: 'hold', run: { id, epoch } })
          return () => {
            stops.delete(id)
            tell({ kind: 'let-go', run: { id, epoch } })
          }
        },
        onLog: (said, where) => tell({ kind: 'log', line: said, where }),
        onProgress: (progress) => tell({ kind: 'progress', progress }),
      })
      tell({ kind: 'ended', run: ended })
    } catch (error) {
      tell({ kind: 'broke', failure: toFailure(error) })
    } finally {
      stops.clear()
      underWay = null
    }
  }

  line.on('message', (given) => {
    const message = given as ToChild
    if (message.kind === 'run') underWay = begin(message)
    else if (message.kind === 'stop') stops.get(message.runId)?.(toReason(message.runId, message.why))
    else if (message.kind === 'ping') tell({ kind: 'pong' })
    else over.resolve()
  })
  line.on('disconnect', () => {
    for (const stop of stops.values()) stop(handedBack('the process that supervised it is gone'))
    void Promise.race([underWay, wait(ORPHAN_GRACE_MS)]).then(() => over.resolve())
  })
  tell({ kind: 'ready' })
  await over.promise
}

function toReason(runId: string, { kind, message }: StopReason): EngineError {
  if (kind === 'lease-lost') return leaseLost(runId)
  return kind === 'handed-back' ? handedBack(message) : new EngineError('engine/cancelled', message)
}
