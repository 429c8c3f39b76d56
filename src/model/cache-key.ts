/** What makes two calls of a task the same call. Pure: the caller says what the parts are. */
import { canonicalJson, sha256Hex } from '../base/hash.ts'
import { ConfigError, isToolkitError } from '../base/errors.ts'
import { parseDuration } from '../base/duration.ts'
import { basisFrom, partName, type BasisPart, type CacheBy } from './cache-basis.ts'

export interface CachePolicy<Input = unknown, Context = unknown> {
  /**
   * Parts add up, in any order; an empty list never caches.
   *
   * @example by: ['source', 'inputs']
   * @example by: INPUTS.without('note').plus(TASK_SOURCE)
   */
  readonly by?: CacheBy | readonly CacheBy[]
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
  /**
   * `serializable` (default): of several callers with the same key, also in other processes, one computes and the others
   * wait for its value. `read-committed`: nobody waits; who finds nothing computes.
   */
  readonly isolation?: 'serializable' | 'read-committed'
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
const LONGEST_SPACE = 200

/**
 * Null: not cached. At most 2,000 characters.
 *
 * @throws ConfigError `config/params` when a member of the input cannot be hashed, naming it, or when the author's own key
 *   is no text
 */
export function cacheKey<Input, Context>(
  policy: CachePolicy<Input, Context>,
  facts: CacheFacts,
  context: Context,
): string | null {
  // a task's own entries begin with its name, shared ones with a colon: neither can be taken for the other
  const space = policy.space === undefined ? escaped(facts.taskName) : `:${escaped(policy.space)}`
  if (policy.key !== undefined) {
    const own: unknown = policy.key(facts.input as Input, context)
    if (own === null) return null
    if (typeof own === 'string') return prefixed(space, own)
    throw new ConfigError('config/params', `the cache key of ${facts.taskName} is no text but ${typeof own}`, {
      hint: 'give a text, or null for a call that shall not be cached',
    })
  }
  const { parts } = basisFrom(policy.by ?? []).without(...(policy.without ?? []))
  if (parts.length === 0) return null
  return prefixed(space, sha256Hex(parts.map((part) => `${partName(part)}:${partText(part, facts)}`).join('\n')))
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
  // a name that is none is an error where the task is made, not at its first call
  if (policy.by !== undefined) basisFrom(policy.by)
  if (policy.space !== undefined && (policy.space === '' || policy.space.length > LONGEST_SPACE)) {
    refuse(`a space of ${policy.space.length} characters`, `give 1 to ${LONGEST_SPACE}`)
  }
  const forMs = cacheForMs(policy)
  if (forMs !== null && !(forMs > 0)) refuse(`a length of ${forMs} ms`, 'give more than 0')
}

function partText({ part, without }: BasisPart, facts: CacheFacts): string {
  switch (part) {
    case 'inputs':
      return inputText(facts.taskName, facts.input, without)
    case 'source':
      return sha256Hex(`${facts.version ?? ''}\n${facts.source}`)
    case 'run':
      return facts.runId
    case 'flow-parameters':
      return canonicalJson(facts.flowParameters ?? null)
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

function escaped(name: string): string {
  return name.replaceAll('%', '%25').replaceAll(':', '%3A')
}

function prefixed(space: string, key: string): string {
  const full = `${space}:${key}`
  return full.length <= LONGEST_KEY ? full : `${space}:${sha256Hex(key)}`
}
