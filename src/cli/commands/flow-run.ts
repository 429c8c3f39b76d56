/** `d2flow flow-run …`: what has run, and how it ended. */
import { systemClock } from '../../base/clock.ts'
import { formatDuration } from '../../base/duration.ts'
import { UsageError } from '../../base/errors.ts'
import type { FlowRun } from '../../model/run.ts'
import { namedAt } from '../../model/late.ts'
import { STATE_TYPES, type StateType } from '../../model/state.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'
import { runForPrograms, stepForPrograms } from '../../project/run-document.ts'

export interface ListRunsOptions {
  readonly flow?: string | undefined
  readonly state?: string | undefined
  readonly limit: number
}

export async function listRuns(invocation: Invocation, { flow, state, limit }: ListRunsOptions): Promise<number> {
  if (state !== undefined && !STATE_TYPES.includes(state as StateType)) {
    throw new UsageError('cli/usage', `"${state}" is not a state`, { hint: `use one of ${STATE_TYPES.join(', ')}` })
  }
  return await withProject(invocation, async (project) => {
    const listed = await project.store.runs.list({
      limit,
      ...(flow === undefined ? {} : { flowName: flow }),
      ...(state === undefined ? {} : { types: [state as StateType] }),
    })
    const runs = listed.map((run) => namedAt(run, systemClock.now()))
    const rows = runs.map((run) => ({
      run: run.name,
      flow: run.flowName,
      deployment: run.deploymentName,
      state: run.state.name,
      due: run.dueAt,
      took: took(run),
      message: run.state.message ?? run.warning,
    }))
    invocation.output.print(rows.length === 0 ? 'nothing has run yet; try: d2flow run hello' : textTable(rows))
    invocation.output.document({ runs: runs.map(runForPrograms) })
    return EXIT.done
  })
}

export async function inspectRun(invocation: Invocation, idOrName: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const run = namedAt(await findRun(project, idOrName), systemClock.now())
    const [steps, history, artifacts] = await Promise.all([
      project.store.taskRuns.list(run.id),
      project.store.runs.history(run.id),
      project.store.artifacts.listByRun(run.id),
    ])
    const facts = [
      ['run', run.name],
      ['id', run.id],
      ['flow', run.flowName],
      ['deployment', run.deploymentName],
      ['state', run.state.name],
      ['message', run.state.message],
      ['warning', run.warning],
      ['due', run.dueAt],
      ['started', run.startedAt],
      ['took', took(run)],
      ['parameters', JSON.stringify(run.parameters)],
      ['fallbacks', run.fallbacks.length === 0 ? null : run.fallbacks.join(', ')],
    ].map(([fact, value]) => ({ fact, value }))
    const parts = [
      textTable(
        facts.filter(({ value }) => value !== null),
        { cellWidth: 120 },
      ),
      `steps\n${steps.length === 0 ? 'none' : textTable(steps.map((step) => ({ step: step.name, state: step.state.name, attempts: step.runCount, message: step.state.message })))}`,
      `history\n${textTable(
        history.map(({ at, name, message }) => ({ at, state: name, message })),
        { cellWidth: 100 },
      )}`,
    ]
    if (artifacts.length > 0) {
      parts.push(
        `artifacts\n${textTable(artifacts.map(({ key, content, description }) => ({ key, kind: content.kind, description })))}`,
      )
    }
    invocation.output.print(parts.join('\n\n'))
    invocation.output.document({ run: runForPrograms(run), steps: steps.map(stepForPrograms), history, artifacts })
    return EXIT.done
  })
}

function took({ startedAt, endedAt }: FlowRun): string | null {
  return startedAt === null || endedAt === null ? null : formatDuration(Date.parse(endedAt) - Date.parse(startedAt))
}
