/** `d2flow flow-run logs`: what a run has said, and what it goes on saying. */
import { systemClock } from '../../base/clock.ts'
import type { LogLevel } from '../../base/log.ts'
import type { LogLine } from '../../model/log-line.ts'
import { isTerminal } from '../../model/state.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export interface LogsOptions {
  readonly tail?: number | undefined
  readonly level: LogLevel
  readonly follow?: true | undefined
}

const LOOK_EVERY_MS = 500

export async function printLogs(
  invocation: Invocation,
  idOrName: string,
  { tail, level, follow }: LogsOptions,
): Promise<number> {
  const { output, signal } = invocation
  return await withProject(invocation, async (project) => {
    const { store } = project
    const run = await findRun(project, idOrName)
    if (follow !== true) {
      const lines = await store.logs.list(run.id, { level, ...(tail === undefined ? {} : { tail }) })
      output.print(lines.map(lineText).join('\n'))
      output.document({ run: { id: run.id, name: run.name }, lines })
      return EXIT.done
    }

    let seen = 0
    const show = (lines: readonly LogLine[]) => {
      for (const line of lines) {
        output.print(lineText(line))
        output.piece(line)
      }
    }
    for (;;) {
      // its state first: what is said before the end is in the store before the end
      const now = await store.runs.get(run.id)
      const lines = await store.logs.list(run.id, { level, after: seen })
      show(seen === 0 && tail !== undefined ? lines.slice(-tail) : lines)
      seen += lines.length
      if (now === null || isTerminal(now.state)) {
        output.note(`run ${run.name}: ${now?.state.name ?? 'gone'}`)
        return EXIT.done
      }
      await systemClock.sleep(LOOK_EVERY_MS, signal)
    }
  })
}

function lineText({ at, level, message }: LogLine): string {
  return `${at}  ${level.padEnd(5)}  ${message}`
}
