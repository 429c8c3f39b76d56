import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalExpression } from '../../../../connectors/dhis2/expression/canonical-expression.ts'
import type { ExactNumber } from '../../../../connectors/dhis2/expression/exact-number.ts'
import {
  ONE,
  ZERO,
  canonicalNumber,
  exactNumber,
  power,
  printExact,
  product,
  quotient,
  remainder,
  sum,
} from '../../../../connectors/dhis2/expression/exact-number.ts'
import type { BinaryOperator, Expression } from '../../../../connectors/dhis2/expression/expression.ts'
import { itemText } from '../../../../connectors/dhis2/expression/read-item.ts'
import { parseExpression } from '../../../../connectors/dhis2/expression/parse-expression.ts'
import { expressionsOf } from './generated-expressions.ts'

function canonical(text: string): string {
  const written = text.replace(/\b([a-z])\b/g, (letter) => `#{${letter.repeat(11)}}`)
  return canonicalExpression(written, 'indicator').replace(/#\{([a-z])\1{10}\}/g, '$1')
}

describe('canonicalExpression', () => {
  it.each([
    ['b + a', 'a + b'],
    ['(a + (b + c))', 'c + b + a'],
    ['b * (a * c)', '(c * a) * b'],
    ['a /* first */ + b', 'a+b'],
    ['if(a > 1 and b < 2, 1, 0)', 'if(b < 2 && 1 < a, 1, 0)'],
    ['if(a > 1 or b >= 2, 1, 0)', 'if(2 <= b || a > 1, 1, 0)'],
    ['if(a == b, 1, 0)', 'if(b == a, 1, 0)'],
    ['100 * a / b', 'a / b * 100'],
    ['a * (1 + 1)', 'a * 2'],
    ['a * 0.5', 'a / 2'],
    ['a - (b - c)', 'a + c - b'],
    ['a.periodOffset(+1)', 'a.periodOffset( 1 )'],
    ['1.0', '1'],
    ['if(contains(a, "yes"), 1, 0)', "if(contains(a, 'yes'), 1, 0)"],
  ])('calls %s and %s the same', (one, other) => {
    expect(canonical(one)).toBe(canonical(other))
  })

  it.each([
    ['a - b', 'b - a'],
    ['a / b', 'b / a'],
    ['a % b', 'b % a'],
    ['a ^ b', 'b ^ a'],
    ['if(a < b, 1, 0)', 'if(b < a, 1, 0)'],
    ['if(a < b, 1, 0)', 'if(a <= b, 1, 0)'],
    ['a * (b % c)', 'a * b % c'],
    ['-a % b + 0 * c', '-(a / b) + 0 * c'],
    ['if(a, b, c)', 'if(a, c, b)'],
    ['firstNonNull(a, b)', 'firstNonNull(b, a)'],
    ['a', 'a.periodOffset(1)'],
    ['12', '21'],
    ['a / b', 'a * b'],
  ])('tells %s from %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other))
  })

  it.each([
    ['0.1 + 0.2', '0.3'],
    ['1 / 3 + 1 / 3', '2 / 3'],
    ['2 ^ 3 ^ 2', '512'],
    ['-2 ^ 2', '-4'],
    ['7 % -4', '3'],
    ['1e400', `1${'0'.repeat(400)}`],
    ['9007199254740993 + 0', '9007199254740993'],
    ['2 ^ 0.5', '2 ^ 0.5'],
    ['1 / 0', '1 / 0'],
    ['1e999999999', '1e999999999'],
    ['a - 2 - 3', 'a - 5'],
    ['2 + a * (1 + 1)', '2 * a + 2'],
  ])('works %s out to %s without rounding', (text, expected) => {
    expect(canonical(text)).toBe(expected)
  })

  it('refuses a text that is no expression', () => {
    expect(() => canonicalExpression('1 +', 'indicator')).toThrow(
      expect.objectContaining({ code: 'data/expression', details: { expression: '1 +', position: 3 } }),
    )
  })

  it('never gives one text to expressions of different value', () => {
    fc.assert(
      fc.property(
        expressionsOf('indicator'),
        fc.array(fc.integer({ min: -3, max: 7 }), { minLength: 5 }),
        (tree, values) => {
          const text = canonicalExpression(tree, 'indicator')
          const parsed = parseExpression(text, 'indicator')
          const value = evaluated(tree, values)

          // where a value exists, the canonical text has it too
          fc.pre(value !== null && parsed.ok)
          expect(parsed.ok && print(evaluated(parsed.tree, values))).toBe(print(value))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('canonicalNumber', () => {
  it('writes a number in one way', () => {
    expect(['1.', '1.0', '1e0', '10E-1', '.50', '0.5', '2.5e-3', '0.0'].map(canonicalNumber)).toEqual([
      '1',
      '1',
      '1',
      '1',
      '0.5',
      '0.5',
      '0.0025',
      '0',
    ])
  })
})

function print(value: ExactNumber | null): string {
  return value === null ? 'no value' : printExact(value)
}

/** The exact value, every item having one of `values`; `null` where there is none, or none that can be written down. */
function evaluated(node: Expression, values: readonly number[]): ExactNumber | null {
  const value = (one: Expression): ExactNumber | null => evaluated(one, values)
  switch (node.kind) {
    case 'number':
      return exactNumber(node.text)
    case 'item': {
      const text = itemText(node.type, node.parts.join('.'))
      const sumOfCodes = Array.from(text).reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
      return { over: BigInt(values[sumOfCodes % values.length] ?? 0), under: 1n }
    }
    case 'group':
      return value(node.inner)
    case 'modified':
      return value(node.of)
    case 'unary': {
      const operand = value(node.operand)
      if (operand === null || node.operator === '+') return operand
      return node.operator === '-' ? product(operand, { over: -1n, under: 1n }) : yesOrNo(operand.over === 0n)
    }
    case 'call': {
      const [first = null, second = null, third = null] = node.arguments.map(value)
      if (node.name === 'if') return first === null ? null : first.over === 0n ? third : second
      if (node.name === 'isNull') return first === null ? null : ZERO
      if (node.name !== 'greatest') return first
      return [first, second, third].reduce((a, b) => (a === null || b === null ? null : compared(a, b) < 0n ? b : a))
    }
    case 'chain': {
      const operands = [node.first, ...node.rest.map(({ operand }) => operand)].map(value)
      const [head] = node.rest
      if (head?.operator === '^') {
        return operands.reduceRight((exponent, base) =>
          base === null || exponent === null ? null : power(base, exponent),
        )
      }
      return operands.slice(1).reduce((left, right, index) => {
        const operator = node.rest[index]?.operator
        return left === null || right === null || operator === undefined ? null : pair(left, operator, right)
      }, operands[0] ?? null)
    }
    default:
      return null
  }
}

function pair(a: ExactNumber, operator: BinaryOperator, b: ExactNumber): ExactNumber | null {
  switch (operator) {
    case '+':
      return sum(a, b)
    case '-':
      return sum(a, product(b, { over: -1n, under: 1n }))
    case '*':
      return product(a, b)
    case '/':
      return quotient(a, b)
    case '%':
      return remainder(a, b)
    case '&&':
      return yesOrNo(a.over !== 0n && b.over !== 0n)
    case '||':
      return yesOrNo(a.over !== 0n || b.over !== 0n)
    case '==':
      return yesOrNo(compared(a, b) === 0n)
    case '!=':
      return yesOrNo(compared(a, b) !== 0n)
    case '<':
      return yesOrNo(compared(a, b) < 0n)
    case '>':
      return yesOrNo(compared(a, b) > 0n)
    case '<=':
      return yesOrNo(compared(a, b) <= 0n)
    case '>=':
      return yesOrNo(compared(a, b) >= 0n)
    default:
      return null
  }
}

/** Below, at or above 0 as a is below, at or above b. */
function compared(a: ExactNumber, b: ExactNumber): bigint {
  return a.over * b.under - b.over * a.under
}

function yesOrNo(holds: boolean): ExactNumber {
  return holds ? ONE : ZERO
}
