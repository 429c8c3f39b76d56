/** Facts added up along some of their dimensions, as far as the measure allows it. */
import { ConfigError } from '../base/errors.ts'
import { UNKNOWN_KEY, type Dimension, type Fact } from './star-schema.ts'

/**
 * - `additive`: may be summed over every dimension (cases, doses).
 * - `semi-additive`: over all but some, usually time (population, stock).
 * - `non-additive`: over none (rates): recompute it from numerator and denominator, which are additive.
 */
export type Additivity<Name extends string> =
  | { readonly kind: 'additive' }
  | { readonly kind: 'semi-additive'; readonly notOver: readonly Name[] }
  | { readonly kind: 'non-additive' }

export interface RolledUp<Name extends string> {
  readonly keys: Readonly<Partial<Record<Name, number>>>
  /** `null` when no fact of the group has a value. */
  readonly sum: number | null
  readonly facts: number
  readonly missing: number
}

/**
 * One row for each combination of the kept dimensions, in order of first appearance.
 *
 * @throws ConfigError `config/params` for a sum that the measure's additivity does not allow
 */
export function rollUp<Name extends string>(
  facts: readonly Fact<Name>[],
  keep: readonly Name[],
  additivity: Additivity<Name>,
): RolledUp<Name>[] {
  const dropped = (Object.keys(facts[0]?.keys ?? {}) as Name[]).filter((name) => !keep.includes(name))
  const forbidden =
    additivity.kind === 'semi-additive'
      ? dropped.filter((name) => additivity.notOver.includes(name))
      : additivity.kind === 'non-additive'
        ? dropped
        : []
  if (forbidden.length > 0) {
    throw new ConfigError('config/params', `a ${additivity.kind} measure is not summed over ${forbidden.join(', ')}`, {
      hint:
        additivity.kind === 'semi-additive'
          ? 'keep that dimension, or take one member of it first, such as the last year'
          : 'sum numerator and denominator, and divide afterwards',
    })
  }
  const groups = Map.groupBy(facts, ({ keys }) => keep.map((name) => keys[name]).join(' '))
  return [...groups.values()].map((group) => {
    const values = group.flatMap(({ value }) => value ?? [])
    return {
      keys: Object.fromEntries(keep.map((name) => [name, group[0]?.keys[name]])) as Partial<Record<Name, number>>,
      sum: values.length === 0 ? null : values.reduce((total, value) => total + value, 0),
      facts: group.length,
      missing: group.length - values.length,
    }
  })
}

export interface Integrity<Name extends string> {
  /** Facts whose key no row of the dimension has, by their place. */
  readonly orphans: readonly { readonly fact: number; readonly dimension: Name; readonly key: number }[]
  /** Facts with the unknown member, by dimension: kept, and to be looked at. */
  readonly unknown: Readonly<Record<Name, number>>
}

/** Whether every key of every fact exists in its dimension. */
export function checkIntegrity<Name extends string>(
  facts: readonly Fact<Name>[],
  dimensions: Readonly<Record<Name, Pick<Dimension<object>, 'rows'>>>,
): Integrity<Name> {
  const names = Object.keys(dimensions) as Name[]
  const known = new Map(names.map((name) => [name, new Set(dimensions[name].rows.map(({ key }) => key))]))
  const unknown = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
  const orphans = facts.flatMap(({ keys }, fact) =>
    names.flatMap((name) => {
      const key = keys[name]
      if (key === UNKNOWN_KEY) unknown[name] += 1
      return key === UNKNOWN_KEY || known.get(name)?.has(key) === true ? [] : [{ fact, dimension: name, key }]
    }),
  )
  return { orphans, unknown }
}

export interface Reconciliation {
  readonly reconciled: boolean
  /** Rows in less rows loaded and rejected: 0 unless some were lost, or came twice. */
  readonly rowsUnaccounted: number
  /** Sum in less sums loaded and rejected; rounding in the last digits is allowed. */
  readonly sumDifference: number
}

/** Whether all that went in was either loaded or rejected, by count and by sum. */
export function reconcile(
  input: readonly (number | null)[],
  loaded: readonly (number | null)[],
  rejected: readonly (number | null)[],
): Reconciliation {
  const rowsUnaccounted = input.length - loaded.length - rejected.length
  const sumDifference = total(input) - total(loaded) - total(rejected)
  const size = total(input.map((value) => Math.abs(value ?? 0)))
  const isRounding = Math.abs(sumDifference) <= Math.max(1, input.length) * Number.EPSILON * size
  return { reconciled: rowsUnaccounted === 0 && isRounding, rowsUnaccounted, sumDifference }
}

function total(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
