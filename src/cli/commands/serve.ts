/** `d2flow serve`: the deployments of this project, until stopped. */
import { systemClock } from '../../base/clock.ts'
import { isToolkitError } from '../../base/errors.ts'
import { createLog } from '../../base/log.ts'
import { textTable } from '../../render/text-table.ts'
import { applyDeployments, servedOf } from '../../project/apply-deployments.ts'
import type { Served } from '../../project/listen.ts'
import type { Project } from '../../project/open-project.ts'
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
  readonly host: string
  /** Undefined: the usual one, when it is free. */
  readonly port?: number | undefined
  readonly page: boolean
}

const USUAL_PORT = 4_200

export async function serveProject(invocation: Invocation, options: ServeCommandOptions): Promise<number> {
  const { output, signal } = invocation
  return await withProject(invocation, async (project) => {
    if (project.deployments.length === 0) {
      output.note('this project has no deployments yet: runs that are asked for by hand are taken all the same')
    } else {
      const now = systemClock.now()
      const applied = await applyDeployments(servedOf(project.deployments), project.store, systemClock)
      const rows = applied.map(({ name, record }) => ({
        deployment: name,
        next: record.paused ? 'paused' : (upcomingOf(record, now)?.toISOString() ?? 'by hand'),
      }))
      output.print(textTable(rows))
    }
    for (const { name, flow, pool } of project.deployments) {
      if (pool === null) continue
      output.note(
        `${flow.name}/${name} goes to ${pool}: d2flow deploy registers it, d2flow worker start --pool ${pool} runs it`,
      )
    }
    const pages = options.page ? await showPages(invocation, project, options) : null
    output.note(`serving from ${project.store.address}; Ctrl-C stops`)
    if (pages !== null) output.note(`see it at ${pages.address}`)
    const log = createLog((level, message) => output.log(level, message))
    await serve({
      project,
      clock: systemClock,
      log,
      signal,
      atOnce: options.atOnce,
      // a store in memory is this process's own
      ...(options.isolate && project.store.kind !== 'memory' ? { childCommand: executeRunsCommand(invocation) } : {}),
      host: { onLog: ({ level, message }, { run }) => output.log(level, message, run.name) },
    })
    await pages?.stop()
    output.note('stopped')
    return EXIT.done
  })
}

/** Null when another process has the usual port: runs are served all the same. */
async function showPages(
  { output, settings, version }: Invocation,
  project: Project,
  { host, port }: ServeCommandOptions,
): Promise<Served | null> {
  const { servePages } = await import('../../server/serve-pages.ts')
  try {
    return await servePages({ project, settings, host, port: port ?? USUAL_PORT, executes: true, version })
  } catch (error) {
    const isTaken = isToolkitError(error) && error.details['reason'] === 'EADDRINUSE'
    if (port !== undefined || !isTaken) throw error
    output.note(`port ${USUAL_PORT} is taken, so there is no page; choose another with --port`)
    return null
  }
}
