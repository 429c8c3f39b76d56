/** `d2flow deployment …`: what is deployed, and runs by hand. */
import { systemClock } from '../../base/clock.ts'
import { ConfigError } from '../../base/errors.ts'
import type { DeploymentRecord } from '../../model/deployment-record.ts'
import { isTerminal } from '../../model/state.ts'
import { nearest } from '../../base/nearest.ts'
import { applyDeployments, servedOf } from '../../project/apply-deployments.ts'
import { requestRun } from '../../project/request-run.ts'
import type { Project } from '../../project/open-project.ts'
import * as switches from '../../project/switch-deployment.ts'
import { schedulesInWords } from '../../project/schedules-in-words.ts'
import { upcomingOf } from '../../project/upcoming-of.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { parsePairs } from '../key-values.ts'
import { parseMoment } from '../parse-moment.ts'
import { withProject } from '../open.ts'
import { watchRun } from '../watch-run.ts'
import { runForPrograms } from '../../project/run-document.ts'

export async function listDeployments(invocation: Invocation): Promise<number> {
  return await withApplied(invocation, async (project) => {
    const now = systemClock.now()
    const rows = await Promise.all(
      (await project.store.deployments.list()).map(async (deployment) => {
        const runs = await project.store.runs.list({ deploymentId: deployment.id, limit: 20 })
        const last = runs.find(({ state }) => isTerminal(state))
        return {
          deployment: nameOf(deployment),
          schedule: schedulesInWords(deployment).join('; ') || 'by hand',
          pool: deployment.pool,
          next: deployment.paused ? 'paused' : (upcomingOf(deployment, now)?.toISOString() ?? null),
          last: last === undefined ? null : `${last.state.name} ${last.endedAt ?? ''}`.trim(),
        }
      }),
    )
    invocation.output.print(
      rows.length === 0 ? 'there are no deployments; name them in project.config.ts' : textTable(rows),
    )
    invocation.output.document({ deployments: rows })
    return EXIT.done
  })
}

export interface RunDeploymentOptions {
  readonly param: readonly string[]
  readonly due?: string | undefined
  readonly watch?: true | undefined
}

export async function runDeployment(
  invocation: Invocation,
  name: string,
  { param, due, watch }: RunDeploymentOptions,
): Promise<number> {
  const { output } = invocation
  return await withApplied(invocation, async (project) => {
    const deployment = await find(project, name)
    const options = due === undefined ? {} : { dueAt: parseMoment(due) }
    const run = await requestRun(project, deployment, parsePairs(param, '-p'), options)
    if (watch !== true) {
      output.print(`run ${run.name} of ${name} is asked for; ${takerOf(deployment)}`)
      output.document({ run: runForPrograms(run) })
      return EXIT.done
    }
    output.note(`waiting for run ${run.name}; ${takerOf(deployment)}`)
    return await watchRun(invocation, project, run)
  })
}

export async function pauseDeployment(invocation: Invocation, name: string): Promise<number> {
  return await withApplied(invocation, async (project) => {
    const deployment = await find(project, name)
    const dropped = await switches.pauseDeployment(project, deployment)
    invocation.output.print(`paused ${name}; ${dropped} scheduled runs were taken back. A run by hand stays possible`)
    invocation.output.document({ deployment: name, paused: true, dropped })
    return EXIT.done
  })
}

export async function resumeDeployment(invocation: Invocation, name: string): Promise<number> {
  return await withApplied(invocation, async (project) => {
    const deployment = await find(project, name)
    const now = systemClock.now()
    await switches.resumeDeployment(project, deployment, now)
    const next = upcomingOf(deployment, now)
    invocation.output.print(
      `resumed ${name}; next run ${next === null ? 'by hand' : `at ${next.toISOString()}`}. What was missed is not made up`,
    )
    invocation.output.document({ deployment: name, paused: false, next })
    return EXIT.done
  })
}

/** The project file is what counts: what it says is written before it is asked about; for a pool by `d2flow deploy` alone. */
async function withApplied<T>(invocation: Invocation, use: (project: Project) => Promise<T>): Promise<T> {
  return await withProject(invocation, async (project) => {
    await applyDeployments(servedOf(project.deployments), project.store, systemClock)
    return await use(project)
  })
}

/** @throws ConfigError `config/params` naming the nearest deployment */
async function find(project: Project, name: string): Promise<DeploymentRecord> {
  const all = await project.store.deployments.list()
  const found = all.filter((deployment) => nameOf(deployment) === name || deployment.name === name)
  const [deployment] = found
  if (deployment !== undefined && found.length === 1) return deployment
  const isHere = project.deployments.some((each) => each.name === name || `${each.flow.name}/${each.name}` === name)
  if (isHere && deployment === undefined) {
    throw new ConfigError('config/params', `deployment "${name}" goes to a work pool and is not deployed yet`, {
      hint: `register it with: d2flow deploy -n ${name}`,
    })
  }
  const near = nearest(name, all.map(nameOf))
  throw new ConfigError(
    'config/params',
    found.length > 1 ? `"${name}" names several deployments` : `there is no deployment "${name}"`,
    {
      hint: near === null ? 'see them with: d2flow deployment ls' : `did you mean "${near}"?`,
    },
  )
}

function takerOf({ pool }: DeploymentRecord): string {
  if (pool === null) return 'a serving process takes it (d2flow serve)'
  return `a worker of ${pool} takes it (d2flow worker start --pool ${pool})`
}

function nameOf({ flowName, name }: DeploymentRecord): string {
  return `${flowName}/${name}`
}
