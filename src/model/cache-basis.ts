/**
 * What makes two calls of a task the same, as a value that can be added up. A sum is a set of parts: the order, the
 * grouping and repetitions make no difference, and `NONE` adds nothing.
 */
import { ConfigError } from '../base/errors.ts'

/**
 * - `inputs`: the same input
 * - `source`: the same text of the body, and the same `version` (the text does not show imported code)
 * - `run`: the same flow run: safe on a retry, never shared between runs
 * - `flow-parameters`: the same parameters of the flow
 */
export type CachePart = 'inputs' | 'source' | 'run' | 'flow-parameters'

export interface CacheBasis {
  /** Sorted, each once; of `inputs` also what it leaves out: "inputs without note". Of none, nothing is cached. */
  readonly parts: readonly BasisPart[]
  plus(...others: readonly CacheBasis[]): CacheBasis
  /** The same, but these members of the input make no difference. */
  without(...names: readonly string[]): CacheBasis
}

export interface BasisPart {
  readonly part: CachePart
  /** Members of the input that are left out, sorted. */
  readonly without: readonly string[]
}

/** As authors write it: a name, a basis, or several of them, which add up. */
export type CacheBy = CachePart | 'none' | 'default' | CacheBasis

/** The same input. */
export const INPUTS = basisOf([{ part: 'inputs', without: [] }])
/** The same text of the body, and the same `version`. */
export const TASK_SOURCE = basisOf([{ part: 'source', without: [] }])
/** The same flow run; a task that is called outside of a flow has a run of its own. */
export const RUN_ID = basisOf([{ part: 'run', without: [] }])
/** The same parameters of the flow. */
export const FLOW_PARAMETERS = basisOf([{ part: 'flow-parameters', without: [] }])
/** Never cached; adds nothing to a sum. */
export const NONE = basisOf([])
/** Input, source and run: safe on a retry, never shared between runs. */
export const DEFAULT_BASIS = INPUTS.plus(TASK_SOURCE, RUN_ID)

const BY_NAME: Readonly<Record<Exclude<CacheBy, CacheBasis>, CacheBasis>> = {
  inputs: INPUTS,
  source: TASK_SOURCE,
  run: RUN_ID,
  'flow-parameters': FLOW_PARAMETERS,
  none: NONE,
  default: DEFAULT_BASIS,
}

/** The sum of what was written. @throws ConfigError `config/params` for a name that is none of them */
export function basisFrom(by: CacheBy | readonly CacheBy[]): CacheBasis {
  const terms = Array.isArray(by) ? (by as readonly CacheBy[]) : [by as CacheBy]
  return NONE.plus(...terms.map((term) => (typeof term === 'string' ? byName(term) : term)))
}

function byName(name: Exclude<CacheBy, CacheBasis>): CacheBasis {
  const basis = (BY_NAME as Readonly<Record<string, CacheBasis | undefined>>)[name]
  if (basis !== undefined) return basis
  throw new ConfigError('config/params', `"${name as string}" is nothing a cache can go by`, {
    hint: `use one of ${Object.keys(BY_NAME).join(', ')}`,
  })
}

function basisOf(given: readonly BasisPart[]): CacheBasis {
  const byText = new Map(given.map((part) => [partName(part), part]))
  const parts = [...byText.keys()].sort().flatMap((name) => byText.get(name) ?? [])
  return Object.freeze({
    parts,
    plus: (...others: readonly CacheBasis[]) => basisOf([...parts, ...others.flatMap((other) => other.parts)]),
    without: (...names: readonly string[]) =>
      basisOf(
        parts.map(({ part, without }) => ({
          part,
          without: part === 'inputs' ? [...new Set([...without, ...names])].sort() : without,
        })),
      ),
  })
}

/** A text that tells parts apart. */
export function partName({ part, without }: BasisPart): string {
  return without.length === 0 ? part : `${part} without ${JSON.stringify(without)}`
}
