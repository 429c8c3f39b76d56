/** `d2flow execute-runs`: a process that executes runs for `d2flow serve`, which starts it and watches over it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../base/errors.ts'
import { executeForSupervisor } from '../../project/execute-for-supervisor.ts'
import type { ChildCommand } from '../../project/serve.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export async function executeRuns(invocation: Invocation): Promise<number> {
  if (process.send === undefined) {
    throw new UsageError('cli/usage', 'execute-runs is started by d2flow serve', { hint: 'use: d2flow serve' })
  }
  // A signal ends this process as it ends any other: whoever watches over it writes down what became of the run.
  process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT')
  await withProject(invocation, async (project) => await executeForSupervisor(project, process))
  // What its flows have started goes with it; it leads a group of its own.
  process.kill(-process.pid, 'SIGKILL')
  return EXIT.done
}

/** How `serve` starts this command, on the same project and store. */
export function executeRunsCommand({ cwd, projectFolder, store }: Invocation): ChildCommand {
  return {
    file: process.execPath,
    args: [
      binary(),
      ...(projectFolder === undefined ? [] : ['--project', projectFolder]),
      ...(store === undefined ? [] : ['--store', store]),
      'execute-runs',
    ],
    cwd,
  }
}

/** From source this file is in src/cli/commands, from the build in dist/src/cli/commands. */
function binary(): string {
  const [inCheckout = '', inBuild = ''] = ['../../../bin/d2flow.js', '../../../../bin/d2flow.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  return existsSync(inCheckout) ? inCheckout : inBuild
}
