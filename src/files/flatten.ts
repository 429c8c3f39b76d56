/** Nested objects and lists as one flat record, for tables and CSV. */
import { DataError } from '../base/errors.ts'

/**
 * `{ user: { tags: ['a'] } }` as `{ 'user.tags.0': 'a' }`: names and positions, from 0, with dots between. An empty object
 * or list stays as it is, because "asked, and there were none" is not "not asked".
 *
 * @throws DataError `data/value` when two values would get the same name, as in `{ 'a.b': 1, a: { b: 2 } }`
 */
export function flatten(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flat = new Map<string, unknown>()
  const visit = (value: unknown, name: string): void => {
    const members = membersOf(value)
    if (members === null || members.length === 0) {
      if (flat.has(name)) {
        throw new DataError('data/value', `two values of a record would both be named "${name}"`, {
          hint: 'rename the member that has a dot in its name',
          details: { name },
        })
      }
      flat.set(name, value)
    } else for (const [key, member] of members) visit(member, `${name}.${key}`)
  }
  for (const [key, value] of Object.entries(record)) visit(value, key)
  return Object.fromEntries(flat)
}

/** Null: it is a value without members. */
function membersOf(value: unknown): [string, unknown][] | null {
  if (value === null || typeof value !== 'object' || value instanceof Date) return null
  return Object.entries(value)
}
