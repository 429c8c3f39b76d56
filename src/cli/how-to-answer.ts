import type { Question } from '../model/answer.ts'
import type { FlowRun } from '../model/run.ts'

/** Who is asked what, and the command that answers. */
export function howToAnswer({ name }: Pick<FlowRun, 'name'>, question: Question): string {
  const until = question.expiresAt === null ? '' : ` (until ${question.expiresAt})`
  const command =
    question.kind === 'approval'
      ? `d2flow flow-run approve ${name}, or reject ${name}`
      : `d2flow flow-run resume ${name}`
  return `run ${name} waits: ${question.text}${until}; answer with: ${command}`
}
