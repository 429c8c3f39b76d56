/** What a serving process does beside running flows: it says that it lives, looks at the rules, and lets old things go. */
import { HOUR, SECOND } from '../base/duration.ts'
import { toFailure } from '../base/failure.ts'
import type { Log } from '../base/log.ts'
import type { PoolWorker } from '../model/work-pool.ts'
import type { Project } from './open-project.ts'
import { forgetOld, RETENTION } from './retention.ts'
import { watchRules } from './watch-rules.ts'

export interface HouseKeeping {
  /** Called every few seconds; each thing is done when it is its time. */
  tick(): Promise<void>
  /** Says that the process ends in good order. */
  stop(): Promise<void>
}

const BEAT_EVERY_MS = 10 * SECOND
const FORGET_EVERY_MS = HOUR

export interface HouseKeepingOptions {
  readonly project: Project
  readonly log: Log
  readonly atOnce: number
  /** Undefined for a process that serves. */
  readonly worker?: PoolWorker | undefined
}

export function createHouseKeeping({ project, log, atOnce, worker }: HouseKeepingOptions): HouseKeeping {
  const { store, definition } = project
  const { clock, identity } = project.host()
  let beatenAtMs = Number.NEGATIVE_INFINITY
  let forgotAtMs = Number.NEGATIVE_INFINITY
  const isTimeFor = (lastMs: number, everyMs: number) => clock.monotonicMs() - lastMs >= everyMs
  /** Whatever goes wrong here keeps no run from being taken. */
  const untroubled = async (what: string, work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      log.error(`${what}: ${toFailure(error).message}`)
    }
  }
  return {
    async tick() {
      // before the first beat: that nobody served until now is seen only then
      await untroubled('the rules could not be looked at', () => watchRules(project, log))
      if (isTimeFor(beatenAtMs, BEAT_EVERY_MS)) {
        beatenAtMs = clock.monotonicMs()
        await store.servers.beat(identity, { atOnce, ...worker })
      }
      if (isTimeFor(forgotAtMs, FORGET_EVERY_MS)) {
        forgotAtMs = clock.monotonicMs()
        await untroubled('old things could not be let go', async () => {
          const { runs } = await forgetOld(project, clock.now(), { ...RETENTION, ...definition.retention })
          if (runs > 0) log.info(`${runs} old runs were let go`)
        })
      }
    },
    async stop() {
      await store.servers.beat(identity, { atOnce, stopping: true, ...worker })
    },
  }
}
