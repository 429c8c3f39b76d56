/** The same for programs: JSON, with the words of the command line's `--json`. Secrets are in none of it. */
import { Hono } from 'hono'
import type { JsonObject, JsonValue } from '../base/json.ts'
import { UsageError } from '../base/errors.ts'
import type { LogLevel } from '../base/log.ts'
import { maskValues } from '../blocks/seal-values.ts'
import { namedAt } from '../model/late.ts'
import { parameterSchema } from '../project/parameter-schema.ts'
import { requestFlowRun, requestRun } from '../project/request-run.ts'
import { answerQuestion, cancelRun, retryRun } from '../project/run-actions.ts'
import { runForPrograms, stepForPrograms } from '../project/run-document.ts'
import { pauseDeployment, resumeDeployment } from '../project/switch-deployment.ts'
import { upcomingMomentsOf } from '../project/upcoming-of.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Ask, Env } from './desk.ts'
import { findDeployment } from './pages/deployments.ts'
import { findRun } from './pages/run.ts'
import { readRunFilter } from './run-filters.ts'

const RUNS = 50
const LINES = 1_000
const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const BY = 'a program, through the API'

export function createApi(): Hono<Env> {
  const api = new Hono<Env>()

  api.get('/health', (ask) =>
    ask.json({ ok: true, version: ask.get('desk').version, executes: ask.get('desk').executes }),
  )

  api.get('/runs', async (ask) => {
    const { project, clock } = ask.get('desk')
    const filter = readRunFilter(ask.req.query(), clock.now(), RUNS)
    const runs = (await project.store.runs.list(filter)).map((run) => namedAt(run, clock.now()))
    const next = runs.length === filter.limit ? (runs.at(-1)?.id ?? null) : null
    return ask.json({ runs: runs.map(runForPrograms), next })
  })
  api.post('/runs', async (ask) => {
    const { flow, parameters = {}, tags } = await readBody(ask)
    if (typeof flow !== 'string')
      throw new UsageError('cli/usage', 'no flow is named', { hint: 'send { "flow": "hello", "parameters": {} }' })
    const run = await requestFlowRun(ask.get('desk').project, flow, asObject(parameters, 'parameters'), asTags(tags))
    return ask.json({ run: runForPrograms(run) }, 201)
  })
  api.get('/runs/:id', async (ask) => {
    const run = await findRun(ask)
    return ask.json({ run: runForPrograms(run), history: await ask.get('desk').project.store.runs.history(run.id) })
  })
  api.get('/runs/:id/steps', async (ask) => {
    const run = await findRun(ask)
    return ask.json({ steps: (await ask.get('desk').project.store.taskRuns.list(run.id)).map(stepForPrograms) })
  })
  api.get('/runs/:id/artifacts', async (ask) => {
    const run = await findRun(ask)
    return ask.json({ artifacts: await ask.get('desk').project.store.artifacts.listByRun(run.id) })
  })
  api.get('/runs/:id/logs', async (ask) => {
    const run = await findRun(ask)
    const { level, contains, ...query } = ask.req.query()
    const [after, limit, tail] = [query['after'], query['limit'] ?? String(LINES), query['tail']].map(asCount)
    const lines = await ask.get('desk').project.store.logs.list(run.id, {
      limit: limit ?? LINES,
      ...(after === undefined ? {} : { after }),
      ...(tail === undefined ? {} : { tail }),
      ...(contains === undefined ? {} : { contains }),
      ...(level === undefined ? {} : { level: asLevel(level) }),
    })
    return ask.json({ lines })
  })
  api.post('/runs/:id/cancel', async (ask) => {
    const run = await findRun(ask)
    return ask.json({ run: runForPrograms(await cancelRun(ask.get('desk').project, run, BY)) }, 202)
  })
  api.post('/runs/:id/retry', async (ask) => {
    const run = await findRun(ask)
    const { from, fresh } = await readBody(ask)
    const again = await retryRun(ask.get('desk').project, run, {
      by: BY,
      ...(typeof from === 'string' ? { from } : {}),
      ...(fresh === true ? { fresh } : {}),
    })
    return ask.json({ run: runForPrograms(again) }, 202)
  })
  api.post('/runs/:id/answer', async (ask) => {
    const run = await findRun(ask)
    const { verb, by, input, key } = await readBody(ask)
    const known = (['resume', 'approve', 'reject'] as const).find((each) => each === verb)
    if (known === undefined)
      throw new UsageError('cli/usage', 'that is no answer', { hint: 'send a verb: resume, approve or reject' })
    const answered = await answerQuestion(ask.get('desk').project, run, {
      verb: known,
      by: typeof by === 'string' && by !== '' ? by : BY,
      ...(input === undefined ? {} : { input }),
      ...(typeof key === 'string' ? { key } : {}),
    })
    return ask.json({ run: runForPrograms(answered) })
  })

  api.get('/flows', (ask) =>
    ask.json({ flows: ask.get('desk').project.flows.map(({ name, about }) => ({ name, about })) }),
  )
  api.get('/flows/:flow', async (ask) => {
    const flow = await ask.get('desk').project.flow(ask.req.param('flow'))
    const { name, description, version } = flow
    return ask.json({ flow: { name, description, version, parameterSchema: parameterSchema(flow) } })
  })

  api.get('/deployments', async (ask) => {
    const { project, clock } = ask.get('desk')
    const now = clock.now()
    return ask.json({ deployments: (await project.store.deployments.list()).map((each) => forPrograms(each, now)) })
  })
  api.get('/deployments/:flow/:name', async (ask) =>
    ask.json({ deployment: forPrograms(await findDeployment(ask), ask.get('desk').clock.now()) }),
  )
  api.post('/deployments/:flow/:name/runs', async (ask) => {
    const deployment = await findDeployment(ask)
    const { parameters = {}, tags } = await readBody(ask)
    const run = await requestRun(ask.get('desk').project, deployment, asObject(parameters, 'parameters'), asTags(tags))
    return ask.json({ run: runForPrograms(run) }, 201)
  })
  api.post('/deployments/:flow/:name/pause', async (ask) => {
    const dropped = await pauseDeployment(ask.get('desk').project, await findDeployment(ask))
    return ask.json({ paused: true, dropped })
  })
  api.post('/deployments/:flow/:name/resume', async (ask) => {
    const { project, clock } = ask.get('desk')
    await resumeDeployment(project, await findDeployment(ask), clock.now())
    return ask.json({ paused: false })
  })

  api.get('/artifacts', async (ask) => ask.json({ artifacts: await ask.get('desk').project.store.artifacts.latest() }))
  api.get('/artifacts/:key', async (ask) =>
    ask.json({ versions: await ask.get('desk').project.store.artifacts.versions(ask.req.param('key')) }),
  )

  api.get('/variables', async (ask) => ask.json({ variables: await ask.get('desk').project.store.variables.list() }))
  api.put('/variables/:name', async (ask) => {
    const { value } = await readBody(ask)
    if (value === undefined) throw new UsageError('cli/usage', 'no value is given', { hint: 'send { "value": … }' })
    await ask.get('desk').project.store.variables.set(ask.req.param('name'), value, { overwrite: true })
    return ask.json({ name: ask.req.param('name'), value })
  })
  api.delete('/variables/:name', async (ask) =>
    ask.json({ removed: await ask.get('desk').project.store.variables.unset(ask.req.param('name')) }),
  )

  api.get('/blocks', async (ask) => {
    const blocks = await ask.get('desk').project.blocks.list()
    return ask.json({ blocks: blocks.map((block) => ({ ...block, values: maskValues(block.values) })) })
  })
  api.get('/limits', async (ask) => ask.json({ limits: await ask.get('desk').project.store.limits.list() }))
  api.get('/events', async (ask) => {
    const { resource } = ask.req.query()
    const events = await ask.get('desk').project.store.events.list(resource === undefined ? {} : { resource })
    return ask.json({ events })
  })
  return api
}

function forPrograms(deployment: DeploymentRecord, now: Date) {
  return { ...deployment, next: deployment.paused ? [] : upcomingMomentsOf(deployment, now, 3) }
}

/** @throws UsageError `cli/usage` for a body that is no JSON object; none at all is an empty one */
async function readBody(ask: Ask): Promise<JsonObject> {
  const text = await ask.req.text()
  if (text.trim() === '') return {}
  try {
    return asObject(JSON.parse(text) as JsonValue, 'the body')
  } catch (cause) {
    throw new UsageError('cli/usage', 'the body is not a JSON object', { hint: 'send JSON', cause })
  }
}

function asObject(value: JsonValue | undefined, what: string): JsonObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject
  throw new UsageError('cli/usage', `${what} must be a JSON object`, { hint: 'send { … }' })
}

function asTags(tags: JsonValue | undefined): { readonly tags?: readonly string[] } {
  if (tags === undefined) return {}
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return { tags }
  throw new UsageError('cli/usage', 'tags must be a list of texts', { hint: 'send { "tags": ["nightly"] }' })
}

function asCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (Number.isInteger(count) && count >= 0) return count
  throw new UsageError('cli/usage', `"${text}" is not a whole number`, { hint: 'give one from 0' })
}

function asLevel(text: string): LogLevel {
  const level = LEVELS.find((each) => each === text)
  if (level !== undefined) return level
  throw new UsageError('cli/usage', `"${text}" is not a level`, { hint: `use one of ${LEVELS.join(', ')}` })
}
