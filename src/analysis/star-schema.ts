/**
 * Dimensions with keys of their own, and facts that refer to them by those keys only.
 *
 * @see Kimball and Ross, The Data Warehouse Toolkit (3rd edition), chapters 1–3
 */
import { DataError } from '../base/errors.ts'

/** Stands for a member that no dimension holds: such a fact is kept and counted, never dropped. */
export const UNKNOWN_KEY = 0

export interface Dimension<Member> {
  readonly rows: readonly (Member & { readonly key: number })[]
  /** The key of a natural key; `UNKNOWN_KEY` where there is none. */
  keyOf(natural: string | null): number
}

/**
 * A dimension with keys from 1 in the order given. With the rows of an earlier load, what was known keeps its key and takes
 * the new attributes (type 1), and what is new comes after it.
 *
 * @example dimension([{ iso3: 'NOR' }, { iso3: 'SWE' }], (row) => row.iso3).keyOf('SWE') // 2
 */
export function dimension<Member extends object>(
  members: readonly Member[],
  naturalKey: (member: Member) => string,
  known: readonly (Member & { readonly key: number })[] = [],
): Dimension<Member> {
  const byNatural = new Map(known.map((row) => [naturalKey(row), row]))
  let last = known.reduce((largest, { key }) => Math.max(largest, key), UNKNOWN_KEY)
  for (const member of members) {
    const natural = naturalKey(member)
    const key = byNatural.get(natural)?.key ?? (last += 1)
    byNatural.set(natural, { ...member, key })
  }
  return {
    rows: [...byNatural.values()],
    keyOf: (natural) => (natural === null ? UNKNOWN_KEY : (byNatural.get(natural)?.key ?? UNKNOWN_KEY)),
  }
}

export interface Fact<Name extends string> {
  /** One surrogate key per dimension; `UNKNOWN_KEY` for a member that is in none. */
  readonly keys: Readonly<Record<Name, number>>
  readonly value: number | null
}

export interface FactTable<Name extends string> {
  readonly facts: readonly Fact<Name>[]
  /** How many facts have an unknown member, by dimension. */
  readonly unknown: Readonly<Record<Name, number>>
}

/**
 * One fact per row, in their order. The dimensions together are the grain: a second fact on one grain is refused, unless a
 * member is unknown, for then the two need not be the same.
 *
 * @throws DataError `data/value` for two facts on one grain, or a value that is not finite
 */
export function factTable<Row, Name extends string>(
  rows: readonly Row[],
  grain: Readonly<Record<Name, (row: Row) => number>>,
  valueOf: (row: Row) => number | null,
): FactTable<Name> {
  const names = namesOf(grain)
  const unknown = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
  const firstOn = new Map<string, number>()
  const facts = rows.map((row, index) => {
    const entries = names.map((name) => [name, grain[name](row)] as const)
    const strangers = entries.filter(([, key]) => key === UNKNOWN_KEY)
    for (const [name] of strangers) unknown[name] += 1
    const place = entries.map(([name, key]) => `${name} ${key}`).join(', ')
    const first = firstOn.get(place)
    if (first !== undefined && strangers.length === 0) {
      throw new DataError('data/value', `rows ${first} and ${index} are both the fact of ${place}`, {
        hint: 'add the dimension that tells them apart, or aggregate them first',
      })
    }
    firstOn.set(place, index)
    const value = valueOf(row)
    if (value !== null && !Number.isFinite(value)) {
      throw new DataError('data/value', `the fact of row ${index} is ${value}, not a finite number`, {
        hint: 'put null where nothing was measured',
      })
    }
    return { keys: Object.fromEntries(entries) as Record<Name, number>, value }
  })
  return { facts, unknown }
}

function namesOf<Name extends string>(record: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(record) as Name[]
}
