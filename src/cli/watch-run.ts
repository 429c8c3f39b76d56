/** Following a run that another process executes. */
import { systemClock } from '../base/clock.ts'
import { questionOf } from '../model/answer.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal } from '../model/state.ts'
import type { Project } from '../project/open-project.ts'
import { runForPrograms } from '../project/run-document.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { howToAnswer } from './how-to-answer.ts'
import type { Invocation } from './invocation.ts'

const LOOK_EVERY_MS = 500

/** Says each new state and log line until the run has ended, then how. Gives the exit code of its outcome. */
export async function watchRun({ output, signal }: Invocation, project: Project, run: FlowRun): Promise<number> {
  let stateId = ''
  let linesSeen = 0
  for (;;) {
    const now = (await project.store.runs.get(run.id)) ?? run
    const lines = await project.store.logs.list(run.id, { after: linesSeen })
    linesSeen += lines.length
    for (const { level, message } of lines) output.log(level, message)
    if (now.state.id !== stateId) {
      stateId = now.state.id
      const question = questionOf(now.state)
      output.note(question === null ? sentenceOf(now) : howToAnswer(now, question))
    }
    if (isTerminal(now.state)) return end({ output }, now)
    await systemClock.sleep(LOOK_EVERY_MS, signal)
  }
}

function end({ output }: Pick<Invocation, 'output'>, run: FlowRun): number {
  output.print(sentenceOf(run))
  output.document({ run: runForPrograms(run) })
  if (run.state.type === 'completed') return EXIT.done
  return run.failure === null ? EXIT.runFailed : exitCodeOf(run.failure)
}

function sentenceOf({ name, state }: FlowRun): string {
  return `run ${name}: ${state.name}${state.message === null ? '' : ` (${state.message})`}`
}
