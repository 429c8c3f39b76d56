/** Rules about the quality of rows, as configuration: read from JSON, checked before any row is. */
import { z } from 'zod'
import { ConfigError } from '../base/errors.ts'

/**
 * One rule. `column` and `params` depend on its type, see `QUALITY_CHECKS`. A rule passes when its score reaches
 * `threshold`; `weight` is its part in the overall score; a failed `warn` is shown, but makes nothing unfit.
 */
export const QualityRule = z.object({
  name: z.string().trim().min(1),
  ruleType: z.string().trim().min(1),
  column: z.string().default(''),
  params: z.record(z.string(), z.unknown()).default({}),
  severity: z.enum(['error', 'warn']).default('error'),
  threshold: z.number().min(0).max(1).default(1),
  weight: z.number().positive().default(1),
})
export type QualityRule = z.output<typeof QualityRule>
export type QualityRuleInput = z.input<typeof QualityRule>

/**
 * The rules of a JSON array, with their defaults filled in. A type that nobody knows is let through: `assessQuality`
 * shows it as a failed rule.
 *
 * @throws ConfigError `config/params` for a rule without name or type, or with a part of the wrong kind, by its place
 * @example parseQualityRules([{ name: 'id is there', ruleType: 'not_null', column: 'id' }])
 */
export function parseQualityRules(rules: unknown): QualityRule[] {
  const parsed = z.array(QualityRule).safeParse(rules)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  throw new ConfigError('config/params', `the quality rules are refused at rules${path}: ${issue?.message ?? ''}`, {
    hint: 'every rule needs a name and a ruleType, such as { "name": "id is there", "ruleType": "not_null", "column": "id" }',
    details: { path: `rules${path}` },
  })
}
