/** What makes two calls of a task the same call. Pure: the caller says what the parts are. */
import { canonicalJson, sha256Hex } from '../base/hash.ts'
import { ConfigError, isToolkitError } from '../base/errors.ts'
import { parseDuration } from '../base/duration.ts'

/**
 * - `inputs`: the same input
 * - `source`: the same text of the body, and the same `version` (the text does not show imported code)
 * - `run`: the same flow run: safe on a retry, never shared between runs
 * - `flow-parameters`: the same parameters of the flow
 */
export type CachePart = 'inputs' | 'source' | 'run' | 'flow-parameters'

export interface CachePolicy<Input = unknown, Context = unknown> {
  /** Parts add up, in any order; an empty list never caches. */
  readonly by?: CachePart | readonly CachePart[]
  /** Members of the input that make no difference. */
  readonly without?: readonly string[]
  /** A key of the author's own; null does not cache. Wins over `by`. */
  readonly key?: (input: Input, context: Context) => string | null
  /** How long a value may be used again, in milliseconds. Without it and `for`: for ever. */
  readonly forMs?: number
  /** The same as text: "5m". */
  readonly for?: string
  /** Runs the body and replaces what was kept. */
  readonly refresh?: boolean
  /** Tasks that name the same space share their entries; otherwise each task has its own. */
  readonly space?: string
}

/** What the parts are made from. */
export interface CacheFacts {
  readonly taskName: string
  readonly input: unknown
  readonly source: string
  readonly version: string | null
  readonly runId: string
  readonly flowParameters: unknown
}

const LONGEST_KEY = 2_000

/**
 * @throws ConfigError `config/params` when the policy gives both `for` and `forMs`, when neither `by` nor `key` is given,
 *   or when a member of the input cannot be hashed, naming it
 */
export function cacheKey<Input, Context>(
  policy: CachePolicy<Input, Context>,
  facts: CacheFacts,
  context: Context,
): string | null {
  const space = policy.space ?? facts.taskName
  if (policy.key !== undefined) {
    const own = policy.key(facts.input as Input, context)
    return own === null ? null : prefixed(space, own)
  }
  const parts = [...new Set(typeof policy.by === 'string' ? [policy.by] : (policy.by ?? []))].sort()
  if (parts.length === 0) return null
  return prefixed(space, sha256Hex(parts.map((part) => `${part}:${partText(part, policy, facts)}`).join('\n')))
}

/** How long a kept value is good, in milliseconds; null for ever. */
export function cacheForMs(policy: CachePolicy<never, never>): number | null {
  if (policy.forMs !== undefined) return policy.forMs
  return policy.for === undefined ? null : parseDuration(policy.for)
}

/** @throws ConfigError `config/params` for a policy that cannot be meant */
export function checkCachePolicy(policy: CachePolicy<never, never>, owner: string): void {
  const refuse = (what: string, hint: string) => {
    throw new ConfigError('config/params', `the cache of ${owner} has ${what}`, { hint })
  }
  if (policy.forMs !== undefined && policy.for !== undefined) refuse('both for and forMs', 'give one of the two')
  if (policy.by === undefined && policy.key === undefined) {
    refuse('neither by nor key', "say what makes two calls the same, for example by: 'inputs'")
  }
  const forMs = cacheForMs(policy)
  if (forMs !== null && !(forMs > 0)) refuse(`a length of ${forMs} ms`, 'give more than 0')
}

function partText(part: CachePart, policy: CachePolicy<never, never>, facts: CacheFacts): string {
  switch (part) {
    case 'inputs':
      return inputText(facts.taskName, facts.input, policy.without ?? [])
    case 'source':
      return sha256Hex(`${facts.version ?? ''}\n${facts.source}`)
    case 'run':
      return facts.runId
    case 'flow-parameters':
      return canonicalJson(facts.flowParameters ?? null)
    default:
      throw new ConfigError('config/params', `"${String(part)}" is nothing a cache can go by`, {
        hint: "use 'inputs', 'source', 'run' or 'flow-parameters'",
      })
  }
}

function inputText(taskName: string, input: unknown, without: readonly string[]): string {
  const counted =
    without.length > 0 && typeof input === 'object' && input !== null
      ? Object.fromEntries(Object.entries(input).filter(([name]) => !without.includes(name)))
      : input
  try {
    return canonicalJson(counted ?? null)
  } catch (cause) {
    const path = isToolkitError(cause) ? cause.details['path'] : undefined
    const name = (typeof path === 'string' ? path : '$').replace(/^\$\.?/, '') || 'the input'
    throw new ConfigError('config/params', `${taskName} cannot be cached by its input: ${name} is not data`, {
      hint: `leave it out with without: ['${name.split(/[.[]/)[0]}'], or give a key of your own`,
      cause,
    })
  }
}

function prefixed(space: string, key: string): string {
  const full = `${space}:${key}`
  return full.length <= LONGEST_KEY ? full : `${space}:${sha256Hex(key)}`
}
