/** `d2flow flow-run profile`: where the time went. */
import { formatDuration } from '../../base/duration.ts'
import { loadProfile } from '../../project/run-profile.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

const TASKS_SHOWN = 20
const STEPS_SHOWN = 20

export async function profileRun(invocation: Invocation, idOrName: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const run = await findRun(project, idOrName)
    const profile = await loadProfile(project, run)
    const path = profile.criticalPath.slice(-STEPS_SHOWN)
    const left = profile.criticalPath.length - path.length
    invocation.output.print(
      [
        `run ${run.name} of ${run.flowName}: ${formatDuration(profile.wallMs)}, of it ${formatDuration(profile.awayMs)} away and ${formatDuration(profile.ownMs)} between steps\n${profile.cause}`,
        `tasks\n${textTable(
          profile.tasks.slice(0, TASKS_SHOWN).map(({ task, runs, atOnce, attempts, ...times }) => ({
            task,
            runs,
            'at once': atOnce,
            attempts,
            ...inWords(times),
          })),
        )}`,
        `the path that decided${left > 0 ? ` (its last ${path.length} steps)` : ''}\n${textTable(
          path.map(({ step, attempts, task: _task, ...times }) => ({ step, attempts, ...inWords(times) })),
        )}`,
      ].join('\n\n'),
    )
    invocation.output.document({ run: { id: run.id, name: run.name }, profile })
    return EXIT.done
  })
}

function inWords(times: { readonly queuedMs: number; readonly waitingMs: number; readonly runningMs: number }) {
  return {
    queued: formatDuration(times.queuedMs),
    waiting: formatDuration(times.waitingMs),
    running: formatDuration(times.runningMs),
  }
}
