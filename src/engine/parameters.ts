/** Parameters against the flow's own schema: one message per field, before anything runs. */
import type { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import { canonicalJson } from '../base/hash.ts'
import type { JsonObject } from '../base/json.ts'

/**
 * What the body gets.
 *
 * @throws ConfigError `config/params` with a message for each field that does not fit, in `details.fields`
 */
export async function parseParams(schema: z.ZodType | null, given: unknown, owner: string): Promise<unknown> {
  if (schema === null) return given ?? {}
  const parsed = await schema.safeParseAsync(given ?? {})
  if (parsed.success) return parsed.data
  throw unfit(parsed.error.issues, owner)
}

/**
 * What is kept as the run's parameters: with defaults filled in where that says the same, else as they were given.
 *
 * @throws ConfigError `config/params` also for names the schema does not know and for values that are not JSON
 */
export async function storedParams(schema: z.ZodType | null, given: unknown, owner: string): Promise<JsonObject> {
  refuseUnknown(schema, given ?? {}, owner)
  return await codeParams(schema, given, owner)
}

/** The same for a call in code, where the compiler looks after names that are too many. */
export async function codeParams(schema: z.ZodType | null, given: unknown, owner: string): Promise<JsonObject> {
  const parsed = await parseParams(schema, given, owner)
  const asGiven = toJson(given ?? {}, owner)
  if (schema === null) return asGiven
  try {
    const withDefaults = JSON.parse(canonicalJson(parsed)) as unknown
    const again = await schema.safeParseAsync(withDefaults)
    if (again.success && canonicalJson(again.data) === canonicalJson(parsed)) return withDefaults as JsonObject
  } catch {
    // the parsed value is not JSON (a Map, a client): what was given is what is kept
  }
  return asGiven
}

/** One input or output of a task. */
export async function parseModel(
  schema: z.ZodType | null,
  value: unknown,
  owner: string,
  what: 'input' | 'result',
): Promise<unknown> {
  if (schema === null) return value
  const parsed = await schema.safeParseAsync(value)
  if (parsed.success) return parsed.data
  throw unfit(parsed.error.issues, `the ${what} of ${owner}`)
}

function unfit(issues: readonly z.core.$ZodIssue[], owner: string): ConfigError {
  const fields: Record<string, string> = {}
  for (const { path, message } of issues) {
    const name = path.map(String).join('.') || 'parameters'
    fields[name] = name in fields ? `${fields[name]}; ${message}` : message
  }
  const said = Object.entries(fields).map(([name, message]) => `${name}: ${message}`)
  return new ConfigError('config/params', `${owner}: ${said.join('; ')}`, {
    hint: `correct ${Object.keys(fields).join(', ')}`,
    details: { fields },
  })
}

function refuseUnknown(schema: z.ZodType | null, given: unknown, owner: string): void {
  const allowed = schema === null ? null : memberNames(schema)
  if (allowed === null || given === null || typeof given !== 'object') return
  const unknown = Object.keys(given).filter((name) => !allowed.includes(name))
  if (unknown.length === 0) return
  const list = allowed.length === 0 ? 'it takes none' : `it takes ${allowed.join(', ')}`
  throw new ConfigError('config/params', `${owner} has no parameter ${unknown.map((name) => `"${name}"`).join(', ')}`, {
    hint: list,
    details: { fields: Object.fromEntries(unknown.map((name) => [name, `unknown; ${list}`])), allowed },
  })
}

/** The members of an object schema that takes no others; null when it takes anything. */
function memberNames(schema: z.ZodType): readonly string[] | null {
  const { def, shape } = schema as unknown as {
    readonly def?: { readonly type?: string; readonly catchall?: { readonly def?: { readonly type?: string } } }
    readonly shape?: Readonly<Record<string, unknown>>
  }
  if (def?.type !== 'object' || shape === undefined) return null
  const open = def.catchall !== undefined && def.catchall.def?.type !== 'never'
  return open ? null : Object.keys(shape)
}

function toJson(value: unknown, owner: string): JsonObject {
  try {
    return JSON.parse(canonicalJson(value)) as JsonObject
  } catch (cause) {
    throw new ConfigError('config/params', `${owner}: its parameters are not plain data`, {
      hint: 'give text, numbers, true, false, null, lists and objects of these',
      cause,
    })
  }
}
