/** Results as they are kept: JSON, in the row up to 64 KiB, larger ones wherever the host keeps them. */
import { EngineError } from '../base/errors.ts'
import { sha256Hex } from '../base/hash.ts'
import type { JsonValue } from '../base/json.ts'
import type { KeptResult } from '../model/run.ts'
import type { ResultKeeper } from './host.ts'

const IN_THE_ROW_BYTES = 64 * 1024

/**
 * Null stands for `undefined`: a body that returns nothing.
 *
 * @throws EngineError `engine/result` for a value that would come back as another one after a restart, naming its path
 */
export async function keep(
  value: unknown,
  owner: string,
  keeper: ResultKeeper | undefined,
): Promise<KeptResult | null> {
  const text = resultText(value, owner)
  if (text === null) return null
  if (text.length <= IN_THE_ROW_BYTES || keeper === undefined) return inRow(value, text)
  return await keeper.keep(value as JsonValue, text)
}

/** `keep` without a promise, for the usual small value; undefined when the value has to go to a file. */
export function keepSmall(
  value: unknown,
  owner: string,
  keeper: ResultKeeper | undefined,
): KeptResult | null | undefined {
  const text = resultText(value, owner)
  if (text === null) return null
  return text.length <= IN_THE_ROW_BYTES || keeper === undefined ? inRow(value, text) : undefined
}

export async function loadKept(
  kept: KeptResult | null,
  owner: string,
  keeper: ResultKeeper | undefined,
): Promise<unknown> {
  if (kept === null) return undefined
  if (kept.kind === 'value') return kept.value
  if (keeper !== undefined) return await keeper.load(kept)
  throw new EngineError('engine/result', `the result of ${owner} is in a file that cannot be read from here`, {
    hint: `look for ${kept.path} beside the store`,
    details: { path: kept.path },
  })
}

function inRow(value: unknown, text: string): KeptResult {
  return { kind: 'value', value: value as JsonValue, sha256: sha256Hex(text) }
}

function resultText(value: unknown, owner: string): string | null {
  if (value === undefined) return null
  const unfit = findUnfit(value, '', [])
  if (unfit === null) return JSON.stringify(value)
  throw new EngineError('engine/result', `${owner} returned ${unfit.what}${unfit.path}, which JSON cannot hold`, {
    hint: 'return plain rows: dates as ISO text, null for "missing"; after a restart the result is read back from JSON',
    details: { path: unfit.path },
  })
}

/** The first thing that JSON would drop or change. An undefined member is only dropped, which every reader expects. */
function findUnfit(value: unknown, path: string, parents: object[]): { what: string; path: string } | null {
  const here = path === '' ? '' : ` at ${path}`
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null
    case 'number':
      return Number.isFinite(value) ? null : { what: String(value), path: here }
    case 'object':
      break
    default:
      return { what: value === undefined ? 'undefined' : `a ${typeof value}`, path: here }
  }
  if (value === null) return null
  if (parents.includes(value)) return { what: 'a value that contains itself', path: here }

  parents.push(value)
  try {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const unfit = findUnfit(value[index], `${path}[${index}]`, parents)
        if (unfit !== null) return unfit
      }
      return null
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      return { what: `a ${value.constructor.name || 'class instance'}`, path: here }
    }
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue
      const unfit = findUnfit(member, path === '' ? key : `${path}.${key}`, parents)
      if (unfit !== null) return unfit
    }
    return null
  } finally {
    parents.pop()
  }
}
