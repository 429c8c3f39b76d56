/** Block values as they are kept: each secret sealed in its place, everything else as it was. */
import type { JsonObject, JsonValue } from '../base/json.ts'
import { Secret, seal, unseal } from '../base/secret.ts'
import type { AnyBlock } from './define.ts'
import { describeBlock } from './describe.ts'

/** Values with every secret as `{ "sealed": "…" }`, bound to the id of the block that holds them. */
export function sealValues(
  block: AnyBlock,
  values: Readonly<Record<string, unknown>>,
  key: Uint8Array,
  ownerId: string,
): JsonObject {
  const { secretPaths } = describeBlock(block)
  const visit = (value: unknown, path: string): JsonValue => {
    if (value instanceof Secret) return { sealed: seal(value.reveal(), key, ownerId) }
    if (secretPaths.some((secretPath) => matches(secretPath, path)) && typeof value === 'string') {
      return { sealed: seal(value, key, ownerId) }
    }
    if (Array.isArray(value)) return value.map((item, index) => visit(item, `${path}.${index}`))
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([name, member]) => [name, visit(member, path === '' ? name : `${path}.${name}`)]),
      )
    }
    return value as JsonValue
  }
  return visit(values, '') as JsonObject
}

/**
 * The plain values again. They are to be parsed by the block's schema at once, so that secrets print as `***`.
 *
 * @throws ConfigError `config/block-invalid` when the key is another one
 */
export function unsealValues(values: JsonObject, key: Uint8Array, ownerId: string): Record<string, unknown> {
  const visit = (value: JsonValue): unknown => {
    if (Array.isArray(value)) return value.map((item: JsonValue) => visit(item))
    if (value === null || typeof value !== 'object') return value
    const { sealed, ...others } = value as Record<string, JsonValue>
    if (typeof sealed === 'string' && Object.keys(others).length === 0) return unseal(sealed, key, ownerId)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]))
  }
  return visit(values) as Record<string, unknown>
}

/** The values for people: every secret as `***`. */
export function maskValues(values: JsonObject): JsonObject {
  const visit = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map((item: JsonValue) => visit(item))
    if (value === null || typeof value !== 'object') return value
    if (Object.keys(value).length === 1 && 'sealed' in value) return '***'
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]))
  }
  return visit(values) as JsonObject
}

/** Whether anything in the values is sealed: then opening them needs the key. */
export function hasSealed(values: JsonObject): boolean {
  return JSON.stringify(values).includes('{"sealed":')
}

function matches(secretPath: string, path: string): boolean {
  const [expected, actual] = [secretPath.split('.'), path.split('.')]
  return expected.length === actual.length && expected.every((part, at) => part === '*' || part === actual[at])
}
