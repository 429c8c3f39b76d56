/** What the buttons of a run do. */
import type { JsonValue } from '../../base/json.ts'
import { UsageError } from '../../base/errors.ts'
import { questionOf } from '../../model/answer.ts'
import { answerQuestion, cancelRun, retryRun } from '../../project/run-actions.ts'
import type { Ask } from '../desk.ts'
import { readForm, textsSent } from '../forms/form-values.ts'
import { fieldsOf } from '../forms/schema-node.ts'
import { goTo } from '../layout.ts'
import { findRun } from './run.ts'
import { typedText } from '../forms/typed-text.ts'

/** For the history: who asked. */
export const ASKED_AT_THE_PAGE = 'somebody at the page'

export async function cancelFromPage(ask: Ask): Promise<Response> {
  const run = await findRun(ask)
  await cancelRun(ask.get('desk').project, run, ASKED_AT_THE_PAGE)
  return goTo(ask, `/runs/${run.id}`)
}

export async function retryFromPage(ask: Ask): Promise<Response> {
  const run = await findRun(ask)
  await retryRun(ask.get('desk').project, run, { by: ASKED_AT_THE_PAGE })
  return goTo(ask, `/runs/${run.id}`)
}

/** The form again of the run's deployment, or of its flow, filled with what this run was given. */
export async function runAgain(ask: Ask): Promise<Response> {
  const run = await findRun(ask)
  const { deployments } = ask.get('desk').project.store
  const deployment = run.deploymentId === null ? null : await deployments.getById(run.deploymentId)
  const of = deployment === null ? `/flows/${run.flowName}` : `/deployments/${deployment.flowName}/${deployment.name}`
  return goTo(ask, `${of}/run?like=${run.id}`)
}

/** @throws UsageError `cli/usage` for an answer that is none, or an input that cannot be read */
export async function answerFromPage(ask: Ask): Promise<Response> {
  const run = await findRun(ask)
  const sent = await ask.req.formData()
  const verb = (['resume', 'approve', 'reject'] as const).find((each) => each === sent.get('verb'))
  const by = typedText(sent, 'by').trim()
  const key = sent.get('key')
  if (verb === undefined) throw new UsageError('cli/usage', 'that is no answer', { hint: 'approve, reject or resume' })
  const input = verb === 'approve' ? readInput(questionOf(run.state)?.input ?? null, sent) : undefined
  await answerQuestion(ask.get('desk').project, run, {
    verb,
    by: by === '' ? ASKED_AT_THE_PAGE : by,
    ...(typeof key === 'string' ? { key } : {}),
    ...(input === undefined ? {} : { input }),
  })
  return goTo(ask, `/runs/${run.id}`)
}

function readInput(schema: Readonly<Record<string, unknown>> | null, sent: FormData): JsonValue | undefined {
  const fields = fieldsOf(schema)
  if (fields === null) return undefined
  const { values, problems } = readForm(fields, textsSent(sent))
  const [problem] = Object.entries(problems)
  if (problem === undefined) return values
  throw new UsageError('cli/usage', `${problem[0]}: ${problem[1]}`, { hint: 'go back and correct it' })
}
