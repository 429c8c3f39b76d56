import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OracleMode } from '@dhis2/expression-parser'
import { ExpressionJs, ExpressionMode } from '@dhis2/expression-parser'
import { canonicalExpression } from '../../../../connectors/dhis2/expression/canonical-expression.ts'
import type { ExpressionKind } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import { expressionMetrics } from '../../../../connectors/dhis2/expression/expression-metrics.ts'
import type { Expression } from '../../../../connectors/dhis2/expression/expression.ts'
import { childrenOf } from '../../../../connectors/dhis2/expression/expression.ts'
import { parseExpression } from '../../../../connectors/dhis2/expression/parse-expression.ts'
import { printExpression } from '../../../../connectors/dhis2/expression/print-expression.ts'
import { RECORDED_SERVERS, recording } from '../recordings.ts'
import { expressionsOf } from './generated-expressions.ts'

const KINDS = ['indicator', 'predictor', 'validation-rule', 'program-indicator'] as const

function treeOf(text: string, kind: ExpressionKind): Expression {
  const parsed = parseExpression(text, kind)
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.position} of ${text}`)
  return parsed.tree
}

/** Every recorded text that one kind takes. */
const recordedTexts = new Map<ExpressionKind, readonly string[]>(
  KINDS.map((kind) => [
    kind,
    recording<{ expression: string }>(RECORDED_SERVERS[0], 'expressions/indicators')
      .rows.map(({ expression }) => expression)
      .filter((text) => parseExpression(text, kind).ok),
  ]),
)

describe.each(KINDS)('any %s', (kind) => {
  const trees = expressionsOf(kind)

  it('prints to a text that parses to the same tree, and prints the same again', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const text = printExpression(tree)

        expect(treeOf(text, kind)).toEqual(tree)
        expect(printExpression(treeOf(text, kind))).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  it('does so for the recorded ones too', () => {
    const texts = recordedTexts.get(kind) ?? []

    const again = texts.map((text) => treeOf(printExpression(treeOf(text, kind)), kind))

    expect(again).toEqual(texts.map((text) => treeOf(text, kind)))
    expect(texts.length).toBeGreaterThan(20)
  })

  it('measures the same under other white space, comments and words for signs', () => {
    fc.assert(
      fc.property(trees, fc.constantFrom('\n', ' /* a + b */ ', '\t \r\n'), (tree, gap) => {
        const text = printExpression(tree)
        const rewritten = gap + text.replaceAll(' && ', ' and ').replaceAll(' || ', ' or ').replaceAll(' ', gap) + gap

        // the white space inside texts in quotes means something
        fc.pre(!text.includes("'"))
        expect(expressionMetrics(rewritten, kind)).toEqual(expressionMetrics(tree, kind))
        expect(canonicalExpression(rewritten, kind)).toBe(canonicalExpression(tree, kind))
      }),
      { numRuns: 300 },
    )
  })

  it('measures the same under redundant parentheses, but for nesting', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { nesting, ...measures } = expressionMetrics(tree, kind)
        const wrapped = expressionMetrics(`((${printExpression(tree)}))`, kind)

        expect(wrapped).toEqual({ ...measures, nesting: nesting + 2 })
        expect(canonicalExpression(`((${printExpression(tree)}))`, kind)).toBe(canonicalExpression(tree, kind))
      }),
      { numRuns: 300 },
    )
  })

  it('has a canonical text that is an expression, and is its own', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const canonical = canonicalExpression(tree, kind)

        expect(parseExpression(canonical, kind)).toMatchObject({ ok: true })
        expect(canonicalExpression(canonical, kind)).toBe(canonical)
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps its canonical text when operands change places that may', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(canonicalExpression(reordered(tree), kind)).toBe(canonicalExpression(tree, kind))
      }),
      { numRuns: 500 },
    )
  })

  it('is refused with a position, or is still an expression, when one character is lost', () => {
    const texts = fc.oneof(trees.map(printExpression), fc.constantFrom(...(recordedTexts.get(kind) ?? [])))
    fc.assert(
      fc.property(texts, fc.nat(), (text, seed) => {
        const at = seed % text.length
        const shorter = text.slice(0, at) + text.slice(at + 1)

        const parsed = parseExpression(shorter, kind)

        const position = parsed.ok ? 0 : parsed.position
        expect(position).toBeGreaterThanOrEqual(0)
        expect(position).toBeLessThanOrEqual(shorter.length)
        expect(expressionMetrics(shorter, kind).valid).toBe(parsed.ok)
      }),
      { numRuns: 2_000 },
    )
  })
})

it('answers any text at all', () => {
  const pieces = fc.constantFrom(
    '#{',
    '}',
    '(',
    ')',
    ',',
    'if(',
    ' in ',
    "'",
    '"',
    '\\',
    '/*',
    '*/',
    '.',
    '1',
    'e',
    '-',
    '&&',
    'a',
    '\u0000',
    '💥',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces).map((list) => list.join('')),
      ),
      (text) => {
        const parsed = parseExpression(text, 'indicator')

        expect(parsed.ok || (parsed.position >= 0 && parsed.position <= text.length)).toBe(true)
        expect(expressionMetrics(text, 'indicator').valid).toBe(parsed.ok)
      },
    ),
    { numRuns: 5_000 },
  )
})

const ORACLE_MODES: readonly (readonly [ExpressionKind, OracleMode])[] = [
  ['indicator', ExpressionMode.INDICATOR_EXPRESSION],
  ['predictor', ExpressionMode.PREDICTOR_GENERATOR_EXPRESSION],
  ['validation-rule', ExpressionMode.VALIDATION_RULE_EXPRESSION],
  ['program-indicator', ExpressionMode.PROGRAM_INDICATOR_EXPRESSION],
]

describe.each(ORACLE_MODES)('@dhis2/expression-parser reads any %s as we do', (kind, mode) => {
  it('and finds the same items', () => {
    fc.assert(
      fc.property(expressionsOf(kind), (tree) => {
        // known divergence: it has aggregation types in lower case only
        const text = printExpression(tree).replaceAll('aggregationType(AVERAGE)', 'periodOffset(1)')

        expect(oracleItems(text, mode)).toEqual([...new Set(itemsIn(tree))].sort())
      }),
      { numRuns: 500 },
    )
  })

  it('and so it does with the recorded ones, known divergences apart', () => {
    const texts = recordedTexts.get(kind)?.filter((text) => !DIVERGENT.test(text)) ?? []

    const items = texts.map((text) => [text, oracleItems(text, mode)])

    expect(items).toEqual(texts.map((text) => [text, [...new Set(itemsIn(treeOf(text, kind)))].sort()]))
    expect(texts.length).toBeGreaterThan(20)
  })
})

/**
 * Where the oracle is known to refuse what the servers take (`is(… in …)`, aggregation types in capitals,
 * `normDistDen`), or not to look (the expression in quotes of `d2:condition`).
 */
const DIVERGENT = /is\(|aggregationType|normDistDen|d2:condition/

function oracleItems(text: string, mode: OracleMode): string[] {
  const items = new ExpressionJs(text, mode).collectDataItems()
  const ids = items.map(({ uid0, uid1, uid2 }) => [uid0, ...uid1, ...uid2].map(({ value }) => value).join('.'))
  return [...new Set(ids)].sort()
}

/** What may change places does: sums without a difference, products without a quotient, and, or, equality, comparisons. */
function reordered(node: Expression): Expression {
  switch (node.kind) {
    case 'group':
    case 'quoted':
      return { ...node, inner: reordered(node.inner) }
    case 'unary':
      return { ...node, operand: reordered(node.operand) }
    case 'call':
      return { ...node, arguments: node.arguments.map(reordered) }
    case 'chain': {
      const [first = node.first, ...others] = [node.first, ...node.rest.map(({ operand }) => operand)]
        .map(reordered)
        .reverse()
      const operators = node.rest.map(({ operator }) => operator)
      const turned = operators.map(
        (operator) => ({ '<': '>', '>': '<', '<=': '>=', '>=': '<=' } as const)[operator as '<'] ?? operator,
      )
      const free =
        ['+', '*', '&&', '||'].some((sign) => operators.every((operator) => operator === sign)) ||
        (operators.length === 1 && ['==', '!=', '<', '>', '<=', '>='].includes(operators[0] ?? ''))
      if (!free)
        return {
          ...node,
          first: reordered(node.first),
          rest: node.rest.map((link) => ({ ...link, operand: reordered(link.operand) })),
        }
      return {
        kind: 'chain',
        first,
        rest: others.map((operand, index) => ({ operator: turned[index] ?? '+', operand })),
      }
    }
    default:
      return node
  }
}

/** In the oracle's words: variables and counts of periods are no data items, and its ids have no `co:` before them. */
function itemsIn(node: Expression): string[] {
  if (node.kind === 'item')
    return node.type === '[]' || node.type === 'V'
      ? []
      : [node.parts.map((part) => part.replace(/^\w+:/, '')).join('.')]
  return childrenOf(node).flatMap((child) => itemsIn(child))
}
