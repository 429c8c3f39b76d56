/** `d2flow worker start`: the runs of one work pool, until stopped. */
import { systemClock } from '../../base/clock.ts'
import { ConfigError } from '../../base/errors.ts'
import { createLog } from '../../base/log.ts'
import { workForPool } from '../../project/work-for-pool.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'
import { executeRunsCommand } from './execute-runs.ts'

export interface StartWorkerOptions {
  readonly pool: string
  readonly name?: string | undefined
  readonly limit: number
  readonly runOnce?: true | undefined
}

export async function startWorker(invocation: Invocation, options: StartWorkerOptions): Promise<number> {
  const { output, signal } = invocation
  return await withProject(invocation, async (project) => {
    if (project.store.kind === 'memory') {
      throw new ConfigError('config/setting', 'a store in memory has no work pools that others could fill', {
        hint: 'name a store that processes share, for example --store sqlite:runs.db',
      })
    }
    const { hostName, pid } = project.host().identity
    await workForPool({
      project,
      clock: systemClock,
      log: createLog((level, message) => output.log(level, message)),
      signal,
      atOnce: options.limit,
      worker: { pool: options.pool, name: options.name ?? `${hostName}-${pid}` },
      once: options.runOnce ?? false,
      childCommand: executeRunsCommand(invocation),
      host: { onLog: ({ level, message }, { run }) => output.log(level, message, run.name) },
    })
    return EXIT.done
  })
}
