/**
 * Tells open pages when to look again: one stream of server-sent events per page, and one look at the store for all of
 * them together.
 */
import { streamSSE } from 'hono/streaming'
import type { Clock } from '../base/clock.ts'
import { SECOND } from '../base/duration.ts'
import { toFailure } from '../base/failure.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal } from '../model/state.ts'
import type { Project } from '../project/open-project.ts'
import type { Ask } from './desk.ts'

const LOOK_EVERY_MS = SECOND
/** Proxies and browsers give up on a stream that says nothing for long. */
const SAY_SOMETHING_MS = 20 * SECOND

export interface Pulse {
  /** Resolves with the store's revision as soon as it is another one than `known`, or after `waitMs` with what it is. */
  next(known: string | null, waitMs: number, signal: AbortSignal): Promise<string>
}

/** However many wait, the store is asked once a second, and not at all while nobody does. */
export function createPulse({ store }: Pick<Project, 'store'>, clock: Clock): Pulse {
  let looking: Promise<string> | null = null
  const look = (): Promise<string> => {
    looking ??= clock
      .sleep(LOOK_EVERY_MS)
      .then(() => store.revision())
      .finally(() => {
        looking = null
      })
    return looking
  }
  return {
    async next(known, waitMs, signal) {
      const untilMs = clock.monotonicMs() + waitMs
      if (known === null) return await store.revision()
      for (;;) {
        const revision = await look()
        if (revision !== known || signal.aborted || clock.monotonicMs() >= untilMs) return revision
      }
    },
  }
}

/** Says `changed` whenever anything in the store did. */
export function liveStore(pulse: Pulse): (ask: Ask) => Response {
  return (ask) => stream(ask, pulse, (revision) => Promise.resolve(revision))
}

/** Says `changed` while the run is under way and something happened, and once more when it has ended. */
export function liveRun(pulse: Pulse): (ask: Ask) => Response {
  return (ask) =>
    stream(ask, pulse, async (revision) => {
      const run = await ask.get('desk').project.store.runs.get(ask.req.param('id') ?? '')
      if (run === null) return 'gone'
      return runVersion(run, revision)
    })
}

/** What a page of a run is made of: once it has ended, nothing but its state. */
export function runVersion({ state }: FlowRun, revision: string): string {
  return isTerminal(state) ? state.id : `${state.id} ${revision}`
}

function stream(ask: Ask, pulse: Pulse, versionAt: (revision: string) => Promise<string>): Response {
  return streamSSE(
    ask,
    async (out) => {
      const stopped = new AbortController()
      out.onAbort(() => stopped.abort())
      let revision: string | null = null
      // what the page knows from when it was made: nothing that happened since then is missed
      let said = ask.req.query('known') ?? null
      while (!stopped.signal.aborted) {
        revision = await pulse.next(revision, SAY_SOMETHING_MS, stopped.signal)
        const version = await versionAt(revision)
        if (version === said) await out.write(': still here\n\n')
        else await out.writeSSE({ event: 'changed', data: version })
        said = version
      }
    },
    async (error, out) => {
      await out.writeSSE({ event: 'trouble', data: toFailure(error).message })
    },
  )
}
