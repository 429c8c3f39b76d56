/** Expressions made at random, as trees that a parser could have made, for laws that hold for all of them. */
import fc from 'fast-check'
import type { ExpressionKind } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import type { BinaryOperator, Expression, Item } from '../../../../connectors/dhis2/expression/expression.ts'
import { RANK } from '../../../../connectors/dhis2/expression/expression.ts'

const uid = fc
  .tuple(fc.constantFrom('a', 'B', 'z'), fc.integer({ min: 0, max: 9 }))
  .map(([letter, digit]) => `${letter}${String(digit).repeat(10)}`)

const number = fc.oneof(
  fc.nat({ max: 1_000 }).map(String),
  fc.constantFrom('0', '1.', '.5', '2.50', '1e3', '2.5e-3', '10E+2'),
)

const MODIFIERS: Partial<Record<ExpressionKind, readonly string[]>> = {
  indicator: ['periodOffset(-1)', 'yearToDate()', 'minDate(2020-01-01)', 'aggregationType(AVERAGE)'],
  predictor: ['minDate(2020-01-01)', 'maxDate(2020-12-31)'],
  'program-indicator': ['stageOffset(-1)'],
}

const FUNCTIONS: Partial<Record<ExpressionKind, readonly string[]>> = {
  indicator: ['subExpression'],
  predictor: ['avg', 'sum', 'median', 'stddevPop'],
  'program-indicator': ['d2:zing', 'd2:oizp', 'sum'],
}

function itemsOf(kind: ExpressionKind): fc.Arbitrary<Item> {
  const parts = (...arbitraries: fc.Arbitrary<string>[]): fc.Arbitrary<string[]> => fc.tuple(...arbitraries)
  const make = (type: Item['type'], content: fc.Arbitrary<string[]>): fc.Arbitrary<Item> =>
    content.map((ids) => ({ kind: 'item', type, parts: ids }))
  if (kind === 'program-indicator') {
    return fc.oneof(
      make('#', parts(uid, uid)),
      make('A', parts(uid)),
      make('C', parts(uid)),
      make('V', parts(fc.constantFrom('event_count', 'tei_count'))),
    )
  }
  const shared = [
    make('#', parts(uid)),
    make('#', parts(uid, uid)),
    make('#', parts(uid, fc.constant('*'))),
    make('#', parts(uid, fc.constant('*'), uid)),
    make('#', parts(uid, uid, uid)),
    make('A', parts(uid, uid)),
    make('C', parts(uid)),
    make('D', parts(uid, uid)),
    make('I', parts(uid)),
    make('OUG', parts(uid)),
    make('R', parts(uid, fc.constantFrom('REPORTING_RATE', 'EXPECTED_REPORTS'))),
    make('[]', parts(fc.constant('days'))),
  ]
  return fc.oneof(...shared, ...(kind === 'indicator' ? [make('N', parts(uid))] : []))
}

interface Levels {
  readonly numeric: Expression
  readonly logical: Expression
}

/** Trees whose result is a number; the parts that must be a yes or no are. */
export function expressionsOf(kind: ExpressionKind): fc.Arbitrary<Expression> {
  const item = itemsOf(kind)
  const modifiers = MODIFIERS[kind] ?? []
  const functions = FUNCTIONS[kind] ?? []
  const { numeric } = fc.letrec((tie: fc.LetrecTypedTie<Levels>) => {
    const inner: fc.Arbitrary<Expression> = tie('numeric')
    const holds: fc.Arbitrary<Expression> = tie('logical')
    const call = (name: string, ...given: fc.Arbitrary<Expression>[]): fc.Arbitrary<Expression> =>
      fc.tuple(...given).map((arguments_) => ({ kind: 'call', name, arguments: arguments_ }))
    const unary: fc.Arbitrary<Expression> = fc
      .tuple(fc.constantFrom('-' as const, '+' as const), inner)
      .map(([operator, operand]) => ({ kind: 'unary', operator, operand: grouped(operand, 7) }))
    const modified: fc.Arbitrary<Expression>[] = modifiers.map((text) => {
      const [name = '', argument = ''] = text.slice(0, -1).split('(')
      return item.map((of) => ({ kind: 'modified', of, modifiers: [{ name, argument }] }))
    })
    return {
      numeric: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        item,
        number.map((text): Expression => ({ kind: 'number', text })),
        ...modified,
        unary,
        inner.map((one): Expression => ({ kind: 'group', inner: one })),
        chainOf(inner, ['+', '-']),
        chainOf(inner, ['*', '/', '%']),
        chainOf(inner, ['^']),
        call('if', holds, inner, inner),
        call('firstNonNull', inner, inner),
        call('greatest', inner, inner, inner),
        ...functions.map((name) => call(name, inner)),
      ),
      logical: fc.oneof(
        { depthSize: 'small' },
        chainOf(inner, ['<', '>', '<=', '>='], 1),
        chainOf(inner, ['==', '!='], 1),
        call('isNull', inner),
        chainOf(holds, ['&&']),
        chainOf(holds, ['||']),
        holds.map((operand): Expression => ({ kind: 'unary', operator: '!', operand: grouped(operand, 7) })),
      ),
    }
  })
  return numeric
}

function chainOf(
  operand: fc.Arbitrary<Expression>,
  operators: readonly BinaryOperator[],
  longest = 4,
): fc.Arbitrary<Expression> {
  const [first = '+'] = operators
  const rank = RANK[first]
  const link = fc.tuple(fc.constantFrom(...operators), operand)
  return fc.tuple(operand, fc.array(link, { minLength: 1, maxLength: longest })).map(([head, links]) => ({
    kind: 'chain',
    first: grouped(head, rank + 1),
    rest: links.map(([operator, one]) => ({ operator, operand: grouped(one, rank + 1) })),
  }))
}

/** What binds too loosely for its place gets the parentheses that a parser would have needed. */
function grouped(node: Expression, lowestRank: number): Expression {
  const [head] = node.kind === 'chain' ? node.rest : []
  const rank = node.kind === 'unary' ? 7 : head === undefined ? 10 : RANK[head.operator]
  return rank < lowestRank ? { kind: 'group', inner: node } : node
}
