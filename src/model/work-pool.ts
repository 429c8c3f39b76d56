/** A work pool: the place that runs of deployments wait in until a worker of that pool takes them. */
import { ConfigError } from '../base/errors.ts'

/** How a pool has its runs executed. Those that are not built are named, so that they are refused and not misread. */
export const WORK_POOL_TYPES = [
  { type: 'process', isBuilt: true, about: 'each run in a process of its own, on the machine of the worker' },
  { type: 'docker', isBuilt: false, about: 'each run in a container' },
  { type: 'kubernetes', isBuilt: false, about: 'each run in a job of a cluster' },
] as const

/** The types that are built. */
export type WorkPoolType = 'process'

export interface WorkPool {
  readonly name: string
  readonly type: WorkPoolType
  /** A paused pool gives out no runs; those under way go on. */
  readonly paused: boolean
  /** How many of its runs may be under way at once, over all its workers; 0 lets none begin, null any number. */
  readonly concurrencyLimit: number | null
  readonly createdAt: string
}

/** Which pool a process works for, and what its worker is called. */
export interface PoolWorker {
  readonly pool: string
  readonly name: string
}

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/**
 * The pool as a person asked for it.
 *
 * @throws ConfigError `config/params` for a name that cannot be typed, a type that is not built, a limit that cannot be meant
 */
export function checkWorkPool(given: Omit<WorkPool, 'type'> & { readonly type: string }): WorkPool {
  const { name, concurrencyLimit: limit } = given
  const refuse = (what: string, hint: string) => {
    throw new ConfigError('config/params', what, { hint })
  }
  if (!NAME.test(name)) {
    refuse(
      `"${name}" cannot be the name of a work pool`,
      'use lower-case letters, digits and single dashes, like "night-runs"',
    )
  }
  if (limit !== null && (!Number.isInteger(limit) || limit < 0)) {
    refuse(`work pool "${name}" cannot have a concurrency limit of ${limit}`, 'give a whole number from 0, or none')
  }
  return { ...given, type: builtType(given.type) }
}

function builtType(type: string): WorkPoolType {
  const known = WORK_POOL_TYPES.find((each) => each.type === type)
  if (known?.isBuilt === true) return known.type
  const what =
    known === undefined ? `there is no work pool type "${type}"` : `work pools of type "${type}" are not built`
  throw new ConfigError('config/params', what, {
    hint: 'use --type process; all types are listed by: d2flow work-pool types',
    details: { type },
  })
}

/** Of whoever names a pool that nobody has created. */
export function missingWorkPool(name: string, who = ''): ConfigError {
  return new ConfigError('config/pool-missing', `${who}there is no work pool "${name}"`, {
    hint: `create it with: d2flow work-pool create ${name} --type process`,
    details: { pool: name },
  })
}
