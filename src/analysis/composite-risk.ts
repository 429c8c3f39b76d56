/** One score from several weighted factors, 0–100. */
import { ConfigError, DataError } from '../base/errors.ts'

export type RiskCategory = 'low' | 'moderate' | 'high' | 'critical'

export interface RiskFactor {
  /** 0–100, higher is worse; `null` where its source has nothing for this place. */
  readonly score: number | null
  readonly weight: number
}

export interface CompositeRiskOptions {
  /** Share of the weight that must be there, 0–1; below it there is no score. Default: any share above 0. */
  readonly minimumCoverage?: number
}

export interface CompositeRisk {
  /** 0–100. */
  readonly score: number
  /** Share of the weight whose factors are there: below 1, the score is partial. */
  readonly coverage: number
  /** Classes begin at 25, 50 and 75, the bound included. */
  readonly category: RiskCategory
}

/**
 * The weighted arithmetic mean of the factors that are there; the weights of the missing ones are shared among them in
 * proportion. `null` without any: a place of which nothing is known is not a place of low risk.
 *
 * @throws ConfigError `config/params` for weights that are negative or do not add up to 1 within 1e-9
 * @throws DataError `data/value` for a score outside 0–100
 * @see OECD and JRC, Handbook on constructing composite indicators (2008), linear aggregation
 * @example compositeRisk([{ score: 50, weight: 0.6 }, { score: 30, weight: 0.4 }])?.score // 42
 */
export function compositeRisk(
  factors: readonly RiskFactor[],
  options: CompositeRiskOptions = {},
): CompositeRisk | null {
  if (factors.length === 0) return null
  refuseWeights(factors)
  const wrong = factors.findIndex(({ score }) => score !== null && !(score >= 0 && score <= 100))
  if (wrong >= 0) {
    throw new DataError('data/value', `factor ${wrong} has the score ${factors[wrong]?.score}, outside 0–100`, {
      hint: 'bring it to the scale first with normalise',
    })
  }
  const present = sum(factors.map(({ score, weight }) => (score === null ? 0 : weight)))
  const coverage = factors.some(({ score }) => score === null) ? Math.min(1, present) : 1
  if (present === 0 || coverage < (options.minimumCoverage ?? 0)) return null
  const score = Math.min(100, sum(factors.map((factor) => (factor.score ?? 0) * factor.weight)) / present)
  return { score, coverage, category: categoryOf(score) }
}

/**
 * The points that each factor adds to the score of `compositeRisk`; `null` for a missing one.
 *
 * @throws ConfigError, DataError as `compositeRisk`
 */
export function riskContributions(factors: readonly RiskFactor[]): (number | null)[] {
  const whole = compositeRisk(factors)
  const present = sum(factors.map(({ score, weight }) => (score === null ? 0 : weight)))
  return factors.map(({ score, weight }) => (whole === null || score === null ? null : (score * weight) / present))
}

function refuseWeights(factors: readonly RiskFactor[]): void {
  const negative = factors.findIndex(({ weight }) => !(weight >= 0))
  if (negative >= 0) {
    throw new ConfigError('config/params', `factor ${negative} has the weight ${factors[negative]?.weight}`, {
      hint: 'weights are shares of 1, none below 0',
    })
  }
  const total = sum(factors.map(({ weight }) => weight))
  if (!(Math.abs(total - 1) <= 1e-9)) {
    throw new ConfigError('config/params', `the weights add up to ${total}, not to 1`, {
      hint: 'divide each weight by their sum',
    })
  }
}

function categoryOf(score: number): RiskCategory {
  if (score >= 75) return 'critical'
  if (score >= 50) return 'high'
  return score >= 25 ? 'moderate' : 'low'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
