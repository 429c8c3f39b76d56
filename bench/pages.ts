/**
 * How long a person waits for a page of a store that has been in use for long: 100,000 runs, a run of 10,000 steps, a run
 * of 1,000,000 log lines. The app is asked without a port; a page is the whole of its HTML.
 *
 * raw: the rows that the page is made of, read by a bare SQLite statement.
 */
import { createServerApp, accessFor } from 'd2flow/server'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DAY, MINUTE } from '../src/base/duration.ts'
import { newId } from '../src/base/ids.ts'
import { readSettings } from '../src/base/settings.ts'
import { newRun } from '../src/model/new-run.ts'
import { newState } from '../src/model/new-state.ts'
import type { FlowRun } from '../src/model/run.ts'
import type { StateType } from '../src/model/state.ts'
import { openProject, type Project } from '../src/project/open-project.ts'
import type { Change, NewTaskRun } from '../src/store/store.ts'
import { median, printFigure } from './measure/figure.ts'

const RUNS = 100_000
const STEPS = 10_000
const LINES = 1_000_000
const ROUNDS = 9
const AT_ONCE = 5_000

const folder = mkdtempSync(join(tmpdir(), 'd2flow-pages-'))
const settings = readSettings({})
const project = await openProject({ folder, definition: {}, settings, store: 'sqlite:runs.db' })
const app = createServerApp({ project, access: accessFor('127.0.0.1', settings) })
const now = new Date()

await fillWithRuns(project)
const steps = await fillWithSteps(project)
const logged = await fillWithLines(project)
const bare = new DatabaseSync(join(folder, 'runs.db'), { readOnly: true })
const raw = {
  runs: bare.prepare('select * from runs order by id desc limit 51'),
  steps: bare.prepare('select * from task_runs where run = (select pk from runs where id = ?) order by ordinal'),
  lines: bare.prepare('select * from logs where run = (select pk from runs where id = ?) order by pk desc limit 500'),
}

await measure('list of runs', '/runs', () => raw.runs.all())
await measure('list of failed runs', '/runs?state=failed', () => raw.runs.all())
await measure('list of runs of a deployment', '/runs?deployment=d-7', () => raw.runs.all())
await measure('list of runs with a tag that few have', '/runs?tag=rare', () => raw.runs.all())
await measure('first page', '/', () => raw.runs.all())
await measure('page of a run of 10,000 steps', `/runs/${steps}`, () => raw.steps.all(steps))
await measure('its list of steps', `/runs/${steps}?tab=steps`, () => raw.steps.all(steps))
await measure('end of a log of 1,000,000 lines', `/api/runs/${logged}/logs?tail=500`, () => raw.lines.all(logged))
await measure('page with that log', `/runs/${logged}?tab=logs`, () => raw.lines.all(logged))
await measure('search in that log', `/runs/${logged}?tab=logs&search=nowhere`, () => raw.lines.all(logged))

bare.close()
await project.close()
rmSync(folder, { recursive: true })

async function measure(metric: string, path: string, readRows: () => unknown): Promise<void> {
  const [pages, rows]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    readRows()
    rows.push(performance.now() - began)
    const asked = performance.now()
    const answer = await app.request(`http://127.0.0.1:4200${path}`)
    const text = await answer.text()
    pages.push(performance.now() - asked)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 200)}`)
  }
  printFigure({ bench: 'pages', metric, value: median(pages), unit: 'ms', n: ROUNDS, raw: median(rows) })
}

/** A run every minute, ended as most do; one in a hundred failed, one in ten thousand has a tag of its own. */
async function fillWithRuns({ store }: Project): Promise<void> {
  let changes: Change[] = []
  for (let at = 0; at < RUNS; at += 1) {
    const dueAt = new Date(now.getTime() - (RUNS - at) * MINUTE)
    const failed = at % 100 === 99
    const run = newRun({
      flowName: `flow-${at % 12}`,
      parameters: { file: `values-${at}.csv`, instance: 'prod' },
      at: dueAt,
      tags: at % 10_000 === 0 ? ['nightly', 'rare'] : ['nightly'],
      deployment: { id: `d-${at % 30}`, name: `nightly-${at % 30}`, scheduleSlug: 'schedule-1' },
    })
    changes.push(
      ...life(run, dueAt, failed ? 'failed' : 'completed', failed ? 'the other side did not answer' : undefined),
    )
    if (changes.length >= AT_ONCE) {
      await store.write(changes)
      changes = []
    }
  }
  await store.write(changes)
}

async function fillWithSteps({ store }: Project): Promise<string> {
  const begun = new Date(now.getTime() - DAY / 24)
  const run = newRun({ flowName: 'mapped', parameters: {}, at: begun })
  await store.write(life(run, begun, 'running'))
  for (let from = 0; from < STEPS; from += AT_ONCE) {
    const taskRuns: NewTaskRun[] = Array.from({ length: AT_ONCE }, (_, at) => {
      const ordinal = from + at
      const startedAt = new Date(begun.getTime() + ordinal * 100)
      const endedAt = new Date(startedAt.getTime() + 250)
      const states = [
        newState('pending', startedAt),
        newState('running', startedAt),
        newState(ordinal % 500 === 499 ? 'failed' : 'completed', endedAt),
      ]
      return {
        states,
        taskRun: {
          id: newId(startedAt.getTime()),
          runId: run.id,
          taskName: ordinal % 10 === 0 ? 'compare-batch' : 'import-batch',
          name: `import-batch-${ordinal}`,
          key: `import-batch:${ordinal}`,
          ordinal,
          inputHash: null,
          version: null,
          cacheKey: null,
          createdAt: startedAt.toISOString(),
          startedAt: startedAt.toISOString(),
          endedAt: endedAt.toISOString(),
          state: states[2] ?? newState('completed', endedAt),
          runCount: 1,
          crashCount: 0,
          epoch: run.epoch,
          result: { kind: 'value', value: { rows: 250, refused: 0, created: 250 }, sha256: 'a'.repeat(64) },
          failure: null,
        },
      }
    })
    await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: run.epoch, taskRuns }])
  }
  await store.write([{ kind: 'run-state', runId: run.id, epoch: run.epoch, state: newState('completed', now) }])
  return run.id
}

async function fillWithLines({ store }: Project): Promise<string> {
  const run = newRun({ flowName: 'talkative', parameters: {}, at: now })
  await store.write(life(run, now, 'completed'))
  for (let from = 0; from < LINES; from += AT_ONCE) {
    const lines = Array.from({ length: AT_ONCE }, (_, at) => ({
      runId: run.id,
      taskRunId: null,
      at: new Date(now.getTime() + from + at).toISOString(),
      level: at % 50 === 0 ? ('warn' as const) : ('info' as const),
      message: `batch ${from + at}: 250 rows were sent, 250 were stored, 0 were refused`,
    }))
    await store.write([{ kind: 'logs', lines }])
  }
  return run.id
}

function life(run: FlowRun, at: Date, end: StateType, message?: string): Change[] {
  const states = [newState('pending', at), newState('running', at)]
  if (end !== 'running')
    states.push(newState(end, new Date(at.getTime() + 2_000), message === undefined ? {} : { message }))
  return [
    { kind: 'run-created', run },
    ...states.map((state): Change => ({
      kind: 'run-state',
      runId: run.id,
      epoch: run.epoch,
      state,
      ...(state.type === 'running' ? { patch: { startedAt: state.at } } : {}),
      ...(state.type === end && end !== 'running' ? { patch: { endedAt: state.at } } : {}),
    })),
  ]
}
