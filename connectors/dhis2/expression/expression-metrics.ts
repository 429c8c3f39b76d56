/**
 * How much there is to read in an expression: operands, operators, functions, branches, nesting, and the measures of
 * McCabe (1976, cyclomatic complexity) and Halstead (1977).
 *
 * Counted on the tree, so that a star in `#{uid.*.uid}` is no product and a sign in a comment no operator.
 */
import { DataError } from '../../../src/base/errors.ts'
import { canonicalNumber } from './exact-number.ts'
import type { BinaryOperator, Expression, Item, UnaryOperator } from './expression.ts'
import { childrenOf } from './expression.ts'
import type { ExpressionKind } from './expression-kind.ts'
import { parseExpression } from './parse-expression.ts'
import { itemText } from './read-item.ts'
import { roughCounts } from './rough-counts.ts'
import { literalOf, textOf } from './text-literal.ts'

export interface HalsteadMeasures {
  /** Distinct operators: symbols and function names. */
  readonly n1: number
  /** Distinct operands: items and literals. */
  readonly n2: number
  /** All operators. */
  readonly N1: number
  /** All operands. */
  readonly N2: number
  /** (N1 + N2) · log2(n1 + n2), in bits. */
  readonly volume: number
  /** n1/2 · N2/n2; 0 without operators. */
  readonly difficulty: number
  /** difficulty · volume. */
  readonly effort: number
}

export interface OperatorClasses {
  readonly arithmetic: number
  readonly comparison: number
  readonly logical: number
  readonly unary: number
}

export interface ExpressionMetrics {
  /** Whether the text is an expression of its kind; else the counts are those of its words, and `depth` is 0. */
  readonly valid: boolean
  /** Why it is not, and where (0-based). */
  readonly error: { readonly message: string; readonly position: number } | null
  /** References to data. Literals are operands for Halstead only. */
  readonly operands: number
  readonly distinctOperands: number
  /** References by kind, `#`, `C`, `N` …, and `literal` beside them. */
  readonly operandsByKind: Readonly<Record<string, number>>
  /** Symbols, those with one side too; `and`, `or` and `not` are symbols. */
  readonly operators: number
  readonly operatorsByClass: OperatorClasses
  readonly operatorsBySymbol: Readonly<Record<string, number>>
  readonly functions: number
  readonly functionsByName: Readonly<Record<string, number>>
  /** `.periodOffset(…)` and its kin. */
  readonly modifiers: number
  readonly modifiersByName: Readonly<Record<string, number>>
  /** Nodes of the tree, operators among them; parentheses are none. */
  readonly nodes: number
  /** Nodes from the root to the farthest leaf, both counted; a run of operators of one rank is one. */
  readonly depth: number
  /** The deepest parentheses, redundant ones and those of calls counted. */
  readonly nesting: number
  /** 1 + `if` + `&&` + `||`. */
  readonly cyclomatic: number
  /** `firstNonNull` and `is`, which choose too but are not counted in `cyclomatic`. */
  readonly conditionalFunctions: number
  /** `subExpression` is evaluated for every row of data: the costliest form. */
  readonly perRow: boolean
  readonly halstead: HalsteadMeasures
  /** Operands and operators together. */
  readonly score: number
  /** Operands and the signs + − * / between two sides: the measure that `indicatorScore` adds up. */
  readonly simpleScore: number
}

/** What there is, before anything is computed from it. */
export interface Counts {
  readonly items: readonly Item[]
  /** In one form each, so that equal ones are equal. */
  readonly literals: readonly string[]
  readonly binary: readonly BinaryOperator[]
  readonly unary: readonly UnaryOperator[]
  readonly functions: readonly string[]
  readonly modifiers: readonly string[]
  readonly nodes: number
  readonly depth: number
  readonly nesting: number
}

const CLASS_OF: Readonly<Record<BinaryOperator, keyof OperatorClasses>> = {
  '^': 'arithmetic',
  '*': 'arithmetic',
  '/': 'arithmetic',
  '%': 'arithmetic',
  '+': 'arithmetic',
  '-': 'arithmetic',
  '<': 'comparison',
  '>': 'comparison',
  '<=': 'comparison',
  '>=': 'comparison',
  '==': 'comparison',
  '!=': 'comparison',
  '&&': 'logical',
  '||': 'logical',
}

/**
 * The measures of an expression, given as text or as a tree. A text that is no expression is counted word by word and
 * says so in `valid` and `error`.
 *
 * @example expressionMetrics('#{abcdefghijk} + #{abcdefghijk}', 'indicator').distinctOperands // 1
 */
export function expressionMetrics(expression: string | Expression, kind: ExpressionKind): ExpressionMetrics {
  if (typeof expression !== 'string') return metricsOf(countsOf(expression), null)
  const parsed = parseExpression(expression, kind)
  if (parsed.ok) return metricsOf(countsOf(parsed.tree), null)
  return metricsOf(roughCounts(expression), { message: parsed.message, position: parsed.position })
}

/** How much each measure weighs in a total; what is not named weighs nothing. */
export type MetricWeights = Partial<
  Record<'operands' | 'operators' | 'functions' | 'modifiers' | 'nesting' | 'cyclomatic' | 'perRow', number>
>

/**
 * What is read costs 1, a call or a modifier 2, each further branch 3, an evaluation for every row 10. The figures are a
 * convention of ours; nobody measured them.
 */
export const DEFAULT_WEIGHTS: MetricWeights = {
  operands: 1,
  operators: 1,
  functions: 2,
  modifiers: 2,
  nesting: 1,
  cyclomatic: 3,
  perRow: 10,
}

/** The weighted sum of the measures; `cyclomatic` weighs only what it has above 1, so that a plain item costs 1. */
export function weightedComplexity(metrics: ExpressionMetrics, weights: MetricWeights = DEFAULT_WEIGHTS): number {
  const amounts = { ...metrics, cyclomatic: metrics.cyclomatic - 1, perRow: metrics.perRow ? 1 : 0 }
  return (Object.keys(weights) as (keyof MetricWeights)[]).reduce(
    (total, name) => total + (weights[name] ?? 0) * amounts[name],
    0,
  )
}

function countsOf(tree: Expression): Counts {
  const items: Item[] = []
  const literals: string[] = []
  const binary: BinaryOperator[] = []
  const unary: UnaryOperator[] = []
  const functions: string[] = []
  const modifiers: string[] = []
  let nodes = 0
  let depth = 0
  let nesting = 0

  const visit = (node: Expression, above: number, parentheses: number): void => {
    const free = node.kind === 'group' || node.kind === 'quoted' || node.kind === 'modified'
    const inside = node.kind === 'group' || node.kind === 'call' ? parentheses + 1 : parentheses
    if (!free) nodes += node.kind === 'chain' ? node.rest.length : 1
    depth = Math.max(depth, free ? above : above + 1)
    nesting = Math.max(nesting, inside)
    if (node.kind === 'item') items.push(node)
    else if (node.kind === 'unary') unary.push(node.operator)
    else if (node.kind === 'call') functions.push(node.name)
    else if (node.kind === 'modified') modifiers.push(...node.modifiers.map(({ name }) => name))
    else if (node.kind === 'chain') for (const { operator } of node.rest) binary.push(operator)
    else if (!free) literals.push(literalKey(node))
    for (const child of childrenOf(node)) visit(child, free ? above : above + 1, inside)
  }
  visit(tree, 0, 0)
  return { items, literals, binary, unary, functions, modifiers, nodes, depth, nesting }
}

function literalKey(node: Expression): string {
  switch (node.kind) {
    case 'number':
      return canonicalNumber(node.text)
    case 'text':
      return literalOf(textOf(node.text), "'")
    case 'boolean':
      return String(node.value)
    case 'null':
      return 'null'
    case 'uid':
      return node.id
    default:
      throw new DataError('data/expression', `a node of kind "${node.kind}" is no literal`)
  }
}

function metricsOf(counts: Counts, error: ExpressionMetrics['error']): ExpressionMetrics {
  const itemTexts = counts.items.map(({ type, parts }) => itemText(type, parts.join('.')))
  const operators = [...counts.binary, ...counts.unary]
  const operatorsByClass = { arithmetic: 0, comparison: 0, logical: 0, unary: counts.unary.length }
  for (const operator of counts.binary) operatorsByClass[CLASS_OF[operator]] += 1
  const signs = counts.binary.filter((symbol) => symbol === '+' || symbol === '-' || symbol === '*' || symbol === '/')

  return {
    valid: error === null,
    error,
    operands: itemTexts.length,
    distinctOperands: new Set(itemTexts).size,
    operandsByKind: tally([...counts.items.map(({ type }) => type), ...counts.literals.map(() => 'literal')]),
    operators: operators.length,
    operatorsByClass,
    operatorsBySymbol: tally(operators),
    functions: counts.functions.length,
    functionsByName: tally(counts.functions),
    modifiers: counts.modifiers.length,
    modifiersByName: tally(counts.modifiers),
    nodes: counts.nodes,
    depth: counts.depth,
    nesting: counts.nesting,
    cyclomatic: 1 + operatorsByClass.logical + occurrences(counts.functions, 'if'),
    conditionalFunctions: occurrences(counts.functions, 'firstNonNull') + occurrences(counts.functions, 'is'),
    perRow: counts.functions.includes('subExpression'),
    halstead: halsteadOf([...operators, ...counts.functions], [...itemTexts, ...counts.literals]),
    score: itemTexts.length + operators.length,
    simpleScore: itemTexts.length + signs.length,
  }
}

function halsteadOf(operators: readonly string[], operands: readonly string[]): HalsteadMeasures {
  const n1 = new Set(operators).size
  const n2 = new Set(operands).size
  const [N1, N2] = [operators.length, operands.length]
  const volume = n1 + n2 === 0 ? 0 : (N1 + N2) * Math.log2(n1 + n2)
  const difficulty = n2 === 0 ? 0 : (n1 / 2) * (N2 / n2)
  return { n1, n2, N1, N2, volume, difficulty, effort: difficulty * volume }
}

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function occurrences(names: readonly string[], wanted: string): number {
  return names.filter((name) => name === wanted).length
}
