/** What a project is: its flows, its deployments, its block types, and where its runs are kept. */
import type { AnyBlock } from '../blocks/define.ts'
import type { DeploymentDefinition } from '../deploy/deployment.ts'
import type { AnyFlow } from '../engine/flow.ts'
import { checkRetryPolicy, type RetryPolicy } from '../model/retry.ts'
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
