/** What a project is: its flows, its deployments, its block types, and where its runs are kept. */
import type { AnyBlock } from '../blocks/define.ts'
import type { DeploymentDefinition, NotifyOption } from '../deploy/deployment.ts'
import type { AnyFlow } from '../engine/flow.ts'
import type { Rule } from '../model/rule.ts'
import { checkRetryPolicy, type RetryPolicy } from '../model/retry.ts'
import type { RetentionDays } from './retention.ts'
import type { Entry } from './catalogue.ts'

export interface ProjectDefinition {
  /** Flows themselves, or entries that are loaded when they are used. */
  readonly flows?: readonly (AnyFlow | Entry<AnyFlow>)[]
  readonly deployments?: readonly DeploymentDefinition[]
  /** Block types of the project's own; those of the bundled connectors are known anyway. */
  readonly blocks?: readonly (AnyBlock | Entry<AnyBlock>)[]
  /** Default `sqlite:.d2flow/d2flow.db`, beside `project.config.ts`. */
  readonly store?: string
  /** How many runs `serve` executes at the same time. Default 5. */
  readonly atOnce?: number
  /** For tasks that say nothing about retries. Default: none. */
  readonly retry?: RetryPolicy
  /** Who is told of the ends of runs, over all deployments and beside what each says itself. */
  readonly notify?: readonly NotifyOption[]
  /** What shall be noticed, and what is done then; looked at while the project is served. */
  readonly rules?: readonly Rule[]
  /** How many days things are kept by `serve` and `vacuum`. Default: runs 90, logs 30, events 7. */
  readonly retention?: Partial<RetentionDays>
}

/**
 * The default export of `project.config.ts`.
 *
 * @throws ConfigError `config/params` for a retry policy that cannot be meant
 */
export function defineProject(definition: ProjectDefinition): ProjectDefinition {
  if (definition.retry !== undefined) checkRetryPolicy(definition.retry, 'the project')
  return Object.freeze(definition)
}
