/** `d2flow deploy`: writes deployments of the project file into the store; their runs wait for a worker or for `d2flow serve`. */
import { systemClock } from '../../base/clock.ts'
import { ConfigError, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { applyDeployments } from '../../project/apply-deployments.ts'
import type { Project } from '../../project/open-project.ts'
import { upcomingOf } from '../../project/upcoming-of.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export interface DeployOptions {
  readonly name: readonly string[]
  readonly all?: true | undefined
}

export async function deploy(invocation: Invocation, options: DeployOptions): Promise<number> {
  return await withProject(invocation, async ({ deployments, store }) => {
    const applied = await applyDeployments(chosen(deployments, options), store, systemClock)
    const now = systemClock.now()
    const rows = applied.map(({ name, change, record }) => ({
      deployment: name,
      change,
      pool: record.pool,
      next: record.paused ? 'paused' : (upcomingOf(record, now)?.toISOString() ?? 'by hand'),
    }))
    const pools = new Set(rows.map(({ pool }) => pool))
    const takers = [...pools].map((pool) => (pool === null ? 'd2flow serve' : `d2flow worker start --pool ${pool}`))
    invocation.output.print(`${textTable(rows)}\n\nits runs are taken by: ${takers.join(', ')}`)
    invocation.output.document({ deployments: rows })
    return EXIT.done
  })
}

/** @throws UsageError `cli/usage` when it is not said which; ConfigError `config/params` for a name that fits none */
function chosen(definitions: Project['deployments'], { name: names, all }: DeployOptions) {
  const known = definitions.map(nameOf)
  if (definitions.length === 0) {
    throw new ConfigError('config/params', 'this project has no deployments', {
      hint: 'name them in project.config.ts: deployments: [deployment({ … })]',
    })
  }
  if (all === true) {
    if (names.length === 0) return definitions
    throw new UsageError('cli/usage', 'both --all and --name were given', { hint: 'give one of the two' })
  }
  if (names.length === 0) {
    if (definitions.length === 1) return definitions
    throw new UsageError('cli/usage', `this project has ${definitions.length} deployments: ${known.join(', ')}`, {
      hint: 'say which with --name NAME, or --all',
    })
  }
  const unfit = names.find((name) => !definitions.some((definition) => fits(definition, name)))
  if (unfit !== undefined) {
    const near = nearest(unfit, [...known, ...definitions.map(({ name }) => name)])
    throw new ConfigError('config/params', `the project has no deployment "${unfit}"`, {
      hint: near === null ? `it has ${known.join(', ')}` : `did you mean "${near}"?`,
    })
  }
  return definitions.filter((definition) => names.some((name) => fits(definition, name)))
}

function fits(definition: Project['deployments'][number], name: string): boolean {
  const text = name.replaceAll(/[^a-z0-9*-]/gi, String.raw`\$&`).replaceAll('*', '.*')
  const pattern = new RegExp(`^${text}$`)
  return pattern.test(definition.name) || pattern.test(nameOf(definition))
}

function nameOf({ flow, name }: Project['deployments'][number]): string {
  return `${flow.name}/${name}`
}
