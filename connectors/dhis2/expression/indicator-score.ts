/**
 * How hard an indicator is to read, and what looks wrong with it, from its two expressions alone.
 *
 * The score is the pattern catalogue's: references to data plus the signs + − * / between two sides, numerator and
 * denominator together.
 */
import { ConfigError } from '../../../src/base/errors.ts'
import { canonicalExpression } from './canonical-expression.ts'
import type { Expression } from './expression.ts'
import { childrenOf } from './expression.ts'
import type { ExpressionMetrics } from './expression-metrics.ts'
import { expressionMetrics } from './expression-metrics.ts'
import { parseExpression } from './parse-expression.ts'

export const SCORE_BINS = ['trivial', 'simple', 'moderate', 'complex'] as const

export type ScoreBin = (typeof SCORE_BINS)[number]

/** The highest trivial, simple and moderate score; what is higher is complex. */
export type BinBounds = readonly [trivial: number, simple: number, moderate: number]

export const DEFAULT_BINS: BinBounds = [1, 3, 6]

export type IndicatorFlag =
  /** The denominator is always 0: the indicator never has a value. */
  | 'denominator-zero'
  /** The denominator subtracts: it can be 0 where there is data. */
  | 'denominator-may-vanish'
  /** 1 written otherwise: the server then averages where a plain `1` would add up. */
  | 'denominator-one-rewritten'
  /** A division by data inside the numerator or denominator, where no `if` stands guard: no value, or infinity. */
  | 'unguarded-division'
  /** Always 1, whatever the data. */
  | 'same-numerator-and-denominator'
  /** An `if` whose condition holds no data: one branch is never taken. */
  | 'constant-condition'

export interface IndicatorScore {
  /** Operands and operators of both sides; `null` when one of them is no expression. */
  readonly score: number | null
  readonly complexity: ScoreBin | null
  /** References to data on both sides; counted from the words where a side is no expression. */
  readonly operands: number
  /** The signs + − * / between two operands, on both sides. */
  readonly operators: number
  /** What is wrong first, on which side and where (0-based); `null` when both sides are expressions. */
  readonly problem: string | null
  readonly flags: readonly IndicatorFlag[]
  readonly metrics: { readonly numerator: ExpressionMetrics; readonly denominator: ExpressionMetrics }
}

/**
 * Scores an indicator by its numerator and denominator.
 *
 * @throws ConfigError `config/params` when the bounds of the bins do not rise
 * @example indicatorScore('#{abcdefghijk} + #{bcdefghijkl}', '#{cdefghijklm}').score // 4
 */
export function indicatorScore(
  numerator: string,
  denominator: string,
  options: { readonly bins?: BinBounds } = {},
): IndicatorScore {
  const metrics = {
    numerator: expressionMetrics(numerator, 'indicator'),
    denominator: expressionMetrics(denominator, 'indicator'),
  }
  const operands = metrics.numerator.operands + metrics.denominator.operands
  const counted = metrics.numerator.simpleScore + metrics.denominator.simpleScore
  const complexity = scoreBin(counted, options.bins)
  const problem = problemOf(metrics)
  return {
    score: problem === null ? counted : null,
    complexity: problem === null ? complexity : null,
    operands,
    operators: counted - operands,
    problem,
    flags: flagsOf(numerator, denominator),
    metrics,
  }
}

/**
 * The class of a score; each bound still belongs to the class it ends.
 *
 * @throws ConfigError `config/params` when the bounds do not rise
 */
export function scoreBin(score: number, bins: BinBounds = DEFAULT_BINS): ScoreBin {
  const [trivial, simple, moderate] = bins
  if (!(trivial < simple && simple < moderate)) {
    throw new ConfigError('config/params', `the bins ${bins.join(', ')} do not rise`, {
      hint: 'name the highest trivial, simple and moderate score, such as 1, 3, 6',
    })
  }
  if (score <= trivial) return 'trivial'
  if (score <= simple) return 'simple'
  return score <= moderate ? 'moderate' : 'complex'
}

function problemOf(metrics: IndicatorScore['metrics']): string | null {
  for (const side of ['numerator', 'denominator'] as const) {
    const { error } = metrics[side]
    if (error !== null) return `${side}, position ${error.position}: ${error.message}`
  }
  return null
}

function flagsOf(numerator: string, denominator: string): IndicatorFlag[] {
  const above = parseExpression(numerator, 'indicator')
  const below = parseExpression(denominator, 'indicator')
  const flags: IndicatorFlag[] = []
  if (below.ok) {
    const canonical = canonicalExpression(below.tree, 'indicator')
    if (canonical === '0') flags.push('denominator-zero')
    if (canonical === '1' && denominator !== '1') flags.push('denominator-one-rewritten')
    if (subtractsData(below.tree)) flags.push('denominator-may-vanish')
    const same = above.ok && canonicalExpression(above.tree, 'indicator') === canonical
    if (same && holdsData(below.tree)) flags.push('same-numerator-and-denominator')
  }
  const trees = [above, below].flatMap((parsed) => (parsed.ok ? [parsed.tree] : []))
  if (trees.some((tree) => dividesByData(tree))) flags.push('unguarded-division')
  if (trees.some((tree) => hasConstantCondition(tree))) flags.push('constant-condition')
  return flags
}

function holdsData(node: Expression): boolean {
  // A constant is a number with a name
  return (node.kind === 'item' && node.type !== 'C') || childrenOf(node).some((child) => holdsData(child))
}

/** A subtraction of data where it decides about zero: not inside a call, whose result may be anything. */
function subtractsData(node: Expression): boolean {
  if (node.kind === 'call') return false
  if (node.kind === 'unary' && node.operator === '-') return false
  if (node.kind === 'chain' && node.rest.some(({ operator, operand }) => operator === '-' && holdsData(operand)))
    return true
  return childrenOf(node).some((child) => subtractsData(child))
}

function dividesByData(node: Expression): boolean {
  if (node.kind === 'call' && node.name === 'if') return false
  if (node.kind === 'chain' && node.rest.some(({ operator, operand }) => operator === '/' && holdsData(operand)))
    return true
  return childrenOf(node).some((child) => dividesByData(child))
}

function hasConstantCondition(node: Expression): boolean {
  const [condition] = node.kind === 'call' && node.name === 'if' ? node.arguments : []
  if (condition !== undefined && !holdsData(condition)) return true
  return childrenOf(node).some((child) => hasConstantCondition(child))
}
