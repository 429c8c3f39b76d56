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

export async function serveProject(invocation: Invocation, { atOnce }: { readonly atOnce: number }): Promise<number> {
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
      host: { onLog: ({ level, message }) => output.log(level, message) },
    })
    output.note('stopped')
    return EXIT.done
  })
}
