/** A dimension that remembers what its members used to be: type 2 of slowly changing dimensions. */
import { DataError } from '../base/errors.ts'
import { canonicalJson } from '../base/hash.ts'
import { UNKNOWN_KEY } from './star-schema.ts'

/** One state of a member, from `validFrom` until before `validTo`; ISO days. */
export type MemberVersion<Member> = Member & {
  readonly key: number
  readonly validFrom: string
  /** Exclusive; `null` for the state that still holds. */
  readonly validTo: string | null
  readonly current: boolean
}

export interface VersionedDimension<Member> {
  readonly rows: readonly MemberVersion<Member>[]
  /** The key of the state that a member had on a day; `UNKNOWN_KEY` where it had none. */
  keyOn(natural: string | null, day: string): number
}

/**
 * The dimension after a load of a day. What is new or has changed gets a new row and key, and the row before it ends on that
 * day; what stayed the same is left alone, so that loading the same again changes nothing. Facts join by their own date.
 *
 * @throws DataError `data/value` for a member given twice, or a change dated before the state that it ends
 * @see Kimball and Ross, The Data Warehouse Toolkit (3rd edition), chapter 5, type 2
 */
export function versionedDimension<Member extends object>(
  members: readonly Member[],
  naturalKey: (member: Member) => string,
  load: { readonly on: string; readonly known?: readonly MemberVersion<Member>[] },
): VersionedDimension<Member> {
  const rows = [...(load.known ?? [])]
  let last = rows.reduce((largest, { key }) => Math.max(largest, key), UNKNOWN_KEY)
  const seen = new Set<string>()
  const currentAt = new Map(rows.flatMap((row, index) => (row.current ? [[naturalKey(row), index] as const] : [])))
  for (const member of members) {
    const natural = naturalKey(member)
    if (seen.has(natural)) {
      throw new DataError('data/value', `the member "${natural}" is given twice`, {
        hint: 'keep the newest of its rows before loading',
      })
    }
    seen.add(natural)
    const place = currentAt.get(natural)
    const before = place === undefined ? undefined : rows[place]
    if (place !== undefined && before !== undefined) {
      if (canonicalJson(attributesOf(before)) === canonicalJson(member)) continue
      if (load.on <= before.validFrom) {
        throw new DataError(
          'data/value',
          `"${natural}" changes on ${load.on}, but is known as it is since ${before.validFrom}`,
          {
            hint: 'load changes in the order of their days',
          },
        )
      }
      rows[place] = { ...before, validTo: load.on, current: false }
    }
    rows.push({ ...member, key: (last += 1), validFrom: load.on, validTo: null, current: true })
  }
  const byNatural = Map.groupBy(rows, naturalKey)
  return {
    rows,
    keyOn: (natural, day) => {
      const states = natural === null ? [] : (byNatural.get(natural) ?? [])
      const holding = states.find(({ validFrom, validTo }) => validFrom <= day && (validTo === null || day < validTo))
      return holding?.key ?? UNKNOWN_KEY
    },
  }
}

function attributesOf<Member extends object>(version: MemberVersion<Member>): object {
  const { key: _key, validFrom: _from, validTo: _to, current: _current, ...attributes } = version
  return attributes
}
