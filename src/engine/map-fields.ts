/**
 * One call per item: lists are zipped by position, everything else repeats.
 *
 * A text is one value. So is whatever stands in `whole(…)` or `unmapped(…)`.
 */
import { ConfigError } from '../base/errors.ts'
import { Future } from './future.ts'
import { AllowedFailure, Whole } from './feed.ts'

/** A list to go through, one value that repeats, or a list that repeats as a whole. */
export type MapField<T> =
  | Iterable<T | Future<T>>
  | Whole<T>
  | (T extends string ? T | Future<T> : T extends Iterable<unknown> ? never : T | Future<T>)

/** Either the inputs themselves, or for each member of the input a list or a value. */
export type MapFields<Input> =
  | Iterable<Input | Future<Input>>
  | (Input extends readonly unknown[]
      ? never
      : Input extends object
        ? { readonly [Key in keyof Input]: MapField<Input[Key]> }
        : never)

/**
 * The inputs of the calls, in order.
 *
 * @throws ConfigError `config/params` when there is no list, or when lists differ in length
 */
export function zipFields(taskName: string, fields: unknown): readonly unknown[] {
  if (isList(fields)) return [...fields]
  if (fields === null || typeof fields !== 'object' || isOneValue(fields)) throw noList(taskName, fields)

  const lists = new Map<string, readonly unknown[]>()
  const repeated: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (isList(field)) lists.set(name, [...field])
    else repeated[name] = field
  }
  const lengths = [...lists].map(([name, list]) => ({ name, length: list.length }))
  const [first] = lengths
  if (first === undefined) throw noList(taskName, fields)
  if (lengths.some(({ length }) => length !== first.length)) {
    const found = lengths.map(({ name, length }) => `${name} has ${length}`).join(', ')
    throw new ConfigError('config/params', `${taskName}.map goes through lists of different lengths: ${found}`, {
      hint: 'give lists of one length; wrap a list that belongs to every call in whole(…)',
      details: { lengths: Object.fromEntries(lengths.map(({ name, length }) => [name, length])) },
    })
  }
  return Array.from({ length: first.length }, (_, index) => ({
    ...repeated,
    ...Object.fromEntries([...lists].map(([name, list]) => [name, list[index]])),
  }))
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && !isOneValue(value)
}

function isOneValue(value: object): boolean {
  return value instanceof Future || value instanceof Whole || value instanceof AllowedFailure
}

function noList(taskName: string, fields: unknown): ConfigError {
  const unresolved = fields instanceof Future
  return new ConfigError(
    'config/params',
    unresolved ? `${taskName}.map was given a list that is not there yet` : `${taskName}.map was given no list`,
    {
      hint: unresolved
        ? 'await it first: how many calls there are must be known'
        : 'give at least one list; a text counts as one value, and whole(…) repeats its list',
    },
  )
}
