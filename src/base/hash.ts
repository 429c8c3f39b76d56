/**
 * Canonical JSON text (RFC 8785) and the hashes made from it.
 *
 * Key order, white space and `1.0` against `1` make no difference; the text "1" against the number 1 does.
 */
import { createHash } from 'node:crypto'
import { DataError } from './errors.ts'

/** SHA-256 of UTF-8 text or bytes, as 64 lower-case hex digits. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * One text per value, whatever the order of its keys: RFC 8785 (JSON Canonicalization Scheme).
 *
 * `-0` is written `0`; an undefined member counts as missing; a value with `toJSON` (a Date) is taken as what it gives.
 *
 * @throws DataError `data/json` for what JSON cannot hold (NaN, Infinity, bigint, functions, undefined in a list,
 *   lone surrogates, Map, Set, cycles), naming its path
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', new Set())
}

/**
 * The digest of a set of records, as `sha256-jcs:<64 hex>`.
 *
 * By default a multiset: the order of the records does not matter, repeats do. `ordered: true` takes the list as it is.
 *
 * @throws DataError `data/json` when a record holds what JSON cannot
 */
export function contentHash(records: readonly unknown[], options: { readonly ordered?: boolean } = {}): string {
  const texts = records.map((record, index) => write(record, `$[${index}]`, new Set()))
  if (options.ordered !== true) texts.sort(byCodeUnits)
  return `sha256-jcs:${sha256Hex(`[${texts.join(',')}]`)}`
}

function write(value: unknown, path: string, parents: Set<object>): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      if (!Number.isFinite(value)) throw unfit(path, String(value))
      return JSON.stringify(value === 0 ? 0 : value)
    case 'string':
      if (!value.isWellFormed()) throw unfit(path, 'a text with a lone surrogate')
      return JSON.stringify(value)
    case 'object':
      return writeObject(value, path, parents)
    default:
      throw unfit(path, `a value of type ${typeof value}`)
  }
}

function writeObject(value: object, path: string, parents: Set<object>): string {
  if (parents.has(value)) throw unfit(path, 'a value that contains itself')
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return write(toJSON.call(value), path, parents)

  parents.add(value)
  try {
    if (Array.isArray(value)) {
      // Array.from also visits holes, which are as undefined as an undefined written out
      return `[${Array.from(value, (item, index) => write(item, `${path}[${index}]`, parents)).join(',')}]`
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) throw unfit(path, `a ${value.constructor.name}`)
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => byCodeUnits(a, b))
      .map(([key, member]) => `${write(key, path, parents)}:${write(member, `${path}.${key}`, parents)}`)
    return `{${members.join(',')}}`
  } finally {
    parents.delete(value)
  }
}

/** RFC 8785 sorts by UTF-16 code units, which is what `<` compares. */
function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function unfit(path: string, what: string): DataError {
  return new DataError('data/json', `JSON cannot hold ${what}, found at ${path}`, {
    hint: 'use null for "missing" and text for what is not a finite number',
    details: { path },
  })
}
