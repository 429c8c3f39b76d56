/** How good is this data set? Rules over rows, one score, one colour. */
import { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import { QUALITY_CHECKS, type CheckCounts, type QualityContext, type QualityRow } from './quality-checks.ts'
import { parseQualityRules, type QualityRule, type QualityRuleInput } from './quality-rule.ts'

export type QualityGrade = 'green' | 'amber' | 'red'

export interface RuleResult {
  readonly name: string
  readonly ruleType: string
  readonly column: string
  readonly severity: 'error' | 'warn'
  readonly status: 'passed' | 'failed' | 'not assessed'
  readonly passed: boolean
  /** 0–1; `null` when it was not assessed. */
  readonly score: number | null
  readonly tested: number
  readonly failed: number
  /** Rows the rule has nothing to say about. */
  readonly untested: number
  /** The first few, by their place among the rows. */
  readonly sampleOfFailures: readonly { readonly row: number; readonly value: unknown }[]
  readonly reason: string | null
}

export interface QualityAssessment {
  readonly results: readonly RuleResult[]
  /** Weighted mean of the scores of assessed rules, not rounded; `null` when none was; 0 without rules. */
  readonly score: number | null
  readonly grade: QualityGrade
  /** Whether every assessed rule of severity `error` passed, and at least one rule was assessed. */
  readonly fit: boolean
  /** Why the grade is red though no rule failed. */
  readonly reason: string | null
}

export interface QualityOptions extends QualityContext {
  /** From where on data are green and amber. Default 0.9 and 0.7; compared before any rounding. */
  readonly bounds?: { readonly green: number; readonly amber: number }
}

/**
 * Every rule over all rows, in the order of the rules. A type nobody knows is a failed rule of score 0 that names it; no
 * rows make every rule "not assessed" and the data red, never a silent 1; no rules make 0 and red.
 *
 * @throws ConfigError `config/params` for a rule without name or type, and for parameters that a rule's type does not understand, naming the rule
 * @example assessQuality([{ id: 1 }, { id: null }], [{ name: 'id', ruleType: 'not_null', column: 'id' }]).score // 0.5
 */
export function assessQuality(
  rows: readonly QualityRow[],
  rules: readonly QualityRuleInput[],
  options: QualityOptions = {},
): QualityAssessment {
  const parsed = parseQualityRules(rules)
  const results = parsed.map((rule) => assess(rows, rule, options))
  if (rules.length === 0) return { results, score: 0, grade: 'red', fit: false, reason: 'there are no rules' }
  const assessed = results.flatMap(({ score }, index) => {
    return score === null ? [] : [{ score, weight: parsed[index]?.weight ?? 1 }]
  })
  if (assessed.length === 0) {
    const reason = rows.length === 0 ? 'there are no rows' : 'no rule could be assessed'
    return { results, score: null, grade: 'red', fit: false, reason }
  }
  const weight = assessed.reduce((sum, each) => sum + each.weight, 0)
  const score = assessed.reduce((sum, each) => sum + each.score * each.weight, 0) / weight
  const fit = results.every(({ severity, status }) => severity !== 'error' || status !== 'failed')
  return { results, score, grade: qualityGrade(score, options.bounds), fit, reason: null }
}

/**
 * Green from 0.9, amber from 0.7, else red: of the score as it is, so 0.8999 is amber.
 *
 * @example qualityGrade(0.6999) // 'red'
 */
export function qualityGrade(
  score: number,
  bounds: { readonly green: number; readonly amber: number } = { green: 0.9, amber: 0.7 },
): QualityGrade {
  if (score >= bounds.green) return 'green'
  return score >= bounds.amber ? 'amber' : 'red'
}

function assess(rows: readonly QualityRow[], rule: QualityRule, context: QualityContext): RuleResult {
  const { name, ruleType, column, severity } = rule
  const about = { name, ruleType, column, severity }
  const check = Object.hasOwn(QUALITY_CHECKS, ruleType) ? QUALITY_CHECKS[ruleType] : undefined
  if (check === undefined) {
    const reason = `"${ruleType}" is no rule type`
    const nothing = { score: 0, tested: 0, failed: 0, untested: rows.length, sampleOfFailures: [] }
    return { ...about, ...nothing, status: 'failed', passed: false, reason }
  }
  const { failures, ...counts } = rows.length === 0 ? NO_ROWS : run(check, rows, rule, context)
  const status = statusOf(counts.score, rule.threshold)
  return { ...about, ...counts, status, passed: status === 'passed', sampleOfFailures: failures }
}

const NO_ROWS: CheckCounts = {
  score: null,
  tested: 0,
  failed: 0,
  untested: 0,
  failures: [],
  reason: 'there are no rows',
}

function statusOf(score: number | null, threshold: number): RuleResult['status'] {
  if (score === null) return 'not assessed'
  return score >= threshold ? 'passed' : 'failed'
}

function run(
  check: NonNullable<(typeof QUALITY_CHECKS)[string]>,
  rows: readonly QualityRow[],
  { name, column, params }: QualityRule,
  context: QualityContext,
): CheckCounts {
  try {
    return check(rows, column, params, context)
  } catch (error) {
    const isAboutParams = error instanceof z.ZodError || error instanceof RangeError || error instanceof SyntaxError
    if (!isAboutParams) throw error
    const problem = error instanceof z.ZodError ? paramsProblem(error) : error.message
    throw new ConfigError('config/params', `the rule "${name}" cannot be checked: ${problem}`, {
      hint: 'QUALITY_CHECKS says which parameters each type of rule takes',
      cause: error,
    })
  }
}

function paramsProblem(error: z.ZodError): string {
  const [issue] = error.issues
  return `params.${(issue?.path ?? []).join('.')} ${issue?.message ?? ''}`
}
