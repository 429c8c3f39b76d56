/** What a project is: its flows, its deployments, its block types, and where its runs are kept. */
import type { AnyBlock } from '../blocks/define.ts'
import type { DeploymentDefinition } from '../deploy/deployment.ts'
import type { AnyFlow } from '../engine/flow.ts'
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
}

/** The default export of `project.config.ts`. */
export function defineProject(definition: ProjectDefinition): ProjectDefinition {
  return Object.freeze(definition)
}
