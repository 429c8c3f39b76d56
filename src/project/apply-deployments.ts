/**
 * Writes a project's deployments into its store. Doing so twice changes nothing; a pause that a person made stays, and a
 * schedule that did not change keeps the runs it has made.
 */
import type { Clock } from '../base/clock.ts'
import { toFailure } from '../base/failure.ts'
import { ConfigError } from '../base/errors.ts'
import { canonicalJson } from '../base/hash.ts'
import { newId } from '../base/ids.ts'
import type { DeploymentDefinition } from '../deploy/deployment.ts'
import { storedParams } from '../engine/parameters.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { missingWorkPool } from '../model/work-pool.ts'
import type { Store } from '../store/store.ts'
import { parameterSchema } from './parameter-schema.ts'

export interface Applied {
  readonly name: string
  readonly change: 'added' | 'changed' | 'unchanged'
  readonly record: DeploymentRecord
}

/** Those whose runs are taken by whoever serves the project; the others are registered by `d2flow deploy`, for a pool. */
export function servedOf(definitions: readonly DeploymentDefinition[]): readonly DeploymentDefinition[] {
  return definitions.filter(({ pool }) => pool === null)
}

/**
 * @throws ConfigError `config/params` naming the deployment and the parameter that its flow does not take,
 *   `config/pool-missing` for a work pool that is not there
 */
export async function applyDeployments(
  definitions: readonly DeploymentDefinition[],
  store: Store,
  clock: Clock,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const definition of definitions) applied.push(await apply(definition, store, clock.now().toISOString()))
  return applied
}

async function apply(definition: DeploymentDefinition, store: Store, at: string): Promise<Applied> {
  const { flow } = definition
  const parameters = await storedParams(flow.params, definition.params, `flow ${flow.name}`).catch((error: unknown) => {
    const { message, hint, details } = toFailure(error)
    throw new ConfigError('config/params', `deployment ${flow.name}/${definition.name}: ${message}`, {
      hint,
      details,
      cause: error,
    })
  })
  if (definition.pool !== null && (await store.workPools.get(definition.pool)) === null)
    throw missingWorkPool(definition.pool, `deployment ${flow.name}/${definition.name}: `)
  const existing = await store.deployments.get(flow.name, definition.name)
  const wanted: DeploymentRecord = {
    id: existing?.id ?? newId(),
    name: definition.name,
    flowName: flow.name,
    description: definition.description,
    version: definition.version,
    tags: definition.tags,
    parameters,
    parameterSchema: parameterSchema(flow),
    enforceParameterSchema: definition.enforceParameterSchema,
    schedules: definition.schedules,
    paused: existing?.paused ?? false,
    pool: definition.pool,
    overlap: definition.overlap,
    importance: definition.importance,
    ...(definition.concurrencyLimit === null ? {} : { concurrencyLimit: definition.concurrencyLimit }),
    notify: definition.notify,
    createdAt: existing?.createdAt ?? at,
    updatedAt: at,
    scheduledFromAt: existing?.scheduledFromAt ?? at,
  }
  const name = `${flow.name}/${definition.name}`
  if (existing === null) return { name, change: 'added', record: await store.deployments.save(wanted) }
  if (canonicalJson({ ...existing, updatedAt: at }) === canonicalJson(wanted))
    return { name, change: 'unchanged', record: existing }

  const slugs = new Set([...existing.schedules, ...wanted.schedules].map(({ slug }) => slug))
  for (const slug of slugs) {
    const [before, after] = [existing, wanted].map(({ schedules }) => schedules.find((each) => each.slug === slug))
    if (canonicalJson(before ?? null) !== canonicalJson(after ?? null))
      await store.deployments.dropScheduled(existing.id, slug)
  }
  const changedParameters = canonicalJson(existing.parameters) !== canonicalJson(wanted.parameters)
  // runs that were made ahead hold the old parameters
  if (changedParameters) await store.deployments.dropScheduled(existing.id)
  const schedulesChanged = canonicalJson(existing.schedules) !== canonicalJson(wanted.schedules)
  const record = await store.deployments.save(schedulesChanged ? { ...wanted, scheduledFromAt: at } : wanted)
  return { name, change: 'changed', record }
}
