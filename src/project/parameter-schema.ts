/** What a flow takes, as JSON Schema: types, defaults, descriptions, choices, what is required, and what lies within. */
import { z } from 'zod'
import type { JsonObject } from '../base/json.ts'
import type { AnyFlow } from '../engine/flow.ts'

/**
 * Null for a flow that takes anything. What JSON Schema cannot say (a check in code, a Date) is left open: the flow's own
 * schema has the last word. A schema with an `id` in its meta stands once, under `$defs`.
 */
export function parameterSchema({ params }: Pick<AnyFlow, 'params'>): JsonObject | null {
  if (params === null) return null
  const { $schema: _dialect, ...schema } = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })
  return JSON.parse(JSON.stringify(schema)) as JsonObject
}
