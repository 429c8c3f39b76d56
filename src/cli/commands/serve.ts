/** `d2flow serve`: the deployments of this project, until stopped. */
import { systemClock } from '../../base/clock.ts'
import { createLog } from '../../base/log.ts'
import { textTable } from '../../render/text-table.ts'
import { applyDeployments } from '../../project/apply-deployments.ts'
import { upcomingOf } from '../../project/upcoming-of.ts'
import { serve } from '../../project/serve.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'
import { executeRunsCommand } from './execute-runs.ts'

export interface ServeCommandOptions {
  readonly atOnce: number
  /** Each run in a process of its own. */
  readonly isolate: boolean
}

export async function serveProject(invocation: Invocation, { atOnce, isolate }: ServeCommandOptions): Promise<number> {
  const { output, signal } = invocation
  return await withProject(invocation, async (project) => {
    if (project.deployments.length === 0) {
      output.note('this project has no deployments yet: runs that are asked for by hand are taken all the same')
    } else {
      const now = systemClock.now()
      const applied = await applyDeployments(project.deployments, project.store, systemClock)
      const rows = applied.map(({ name, record }) => ({
        deployment: name,
        next: record.paused ? 'paused' : (upcomingOf(record, now)?.toISOString() ?? 'by hand'),
      }))
      output.print(textTable(rows))
    }
    output.note(`serving from ${project.store.address}; Ctrl-C stops`)
    const log = createLog((level, message) => output.log(level, message))
    await serve({
      project,
      clock: systemClock,
      log,
      signal,
      atOnce,
      // a store in memory is this process's own
      ...(isolate && project.store.kind !== 'memory' ? { childCommand: executeRunsCommand(invocation) } : {}),
      host: { onLog: ({ level, message }) => output.log(level, message) },
    })
    output.note('stopped')
    return EXIT.done
  })
}
