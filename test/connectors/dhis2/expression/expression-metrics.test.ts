import { describe, expect, it } from 'vitest'
import type { ExpressionKind } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import { expressionMetrics, weightedComplexity } from '../../../../connectors/dhis2/expression/expression-metrics.ts'
import { parseExpression } from '../../../../connectors/dhis2/expression/parse-expression.ts'

/** `#{a}` and its kin, written out: a name of one letter stands for a UID of eleven. */
function withUids(text: string): string {
  return text.replace(/(?<=[{.:])([a-zA-Z])(?=[}.])/g, (letter) => letter.repeat(11))
}

function measures(text: string, kind: ExpressionKind = 'indicator'): ReturnType<typeof expressionMetrics> {
  return expressionMetrics(withUids(text), kind)
}

describe('where counting characters goes wrong', () => {
  // each row: what a count of characters would make of it, and what the tree says
  it('F219 F220: takes stars inside braces for no products (characters say 3 operators)', () => {
    expect(measures('#{X.*.Y} + #{X.Z.*}')).toMatchObject({ valid: true, operands: 2, operators: 1 })
  })

  it('counts the sign of an offset as part of its modifier (2)', () => {
    expect(measures('#{X}.periodOffset(-1) - #{X}')).toMatchObject({
      operands: 2,
      operators: 1,
      operatorsByClass: { arithmetic: 1, unary: 0 },
      modifiers: 1,
    })
  })

  it('finds no operator in dates (4)', () => {
    expect(measures('#{X}.minDate(2020-01-01).maxDate(2020-12-31)')).toMatchObject({
      operands: 1,
      operators: 0,
      modifiers: 2,
      modifiersByName: { minDate: 1, maxDate: 1 },
    })
  })

  it('finds nothing in a comment (5)', () => {
    expect(measures('/* a - b */ #{X}')).toMatchObject({ operands: 1, operators: 0, functions: 0 })
  })

  it('counts references of every kind (0 operands)', () => {
    expect(measures('R{a.REPORTING_RATE} * I{b}')).toMatchObject({ operands: 2, operators: 1 })
    expect(measures('C{k} * OUG{g}')).toMatchObject({ operands: 2, operandsByKind: { C: 1, OUG: 1 } })
    expect(measures('D{p.d}')).toMatchObject({ operands: 1, operandsByKind: { D: 1 } })
    expect(measures('A{p.a}')).toMatchObject({ operands: 1, operandsByKind: { A: 1 } })
    expect(measures('N{i}')).toMatchObject({ operands: 1, operandsByKind: { N: 1 } })
    expect(measures('[days]')).toMatchObject({ operands: 1, operandsByKind: { '[]': 1 } })
  })

  it('counts comparisons, logic, signs, functions and branches (1)', () => {
    expect(measures('if(#{a}>0 && isNotNull(#{b}), -1, 2.5)')).toMatchObject({
      operands: 2,
      operators: 3,
      operatorsBySymbol: { '>': 1, '&&': 1, '-': 1 },
      operatorsByClass: { arithmetic: 0, comparison: 1, logical: 1, unary: 1 },
      functions: 2,
      functionsByName: { if: 1, isNotNull: 1 },
      // 1 + if + &&
      cyclomatic: 3,
    })
  })

  it('counts remainder and power (0)', () => {
    expect(measures('#{a} % 2 ^ 3')).toMatchObject({
      operands: 1,
      operators: 2,
      operandsByKind: { '#': 1, literal: 2 },
    })
  })

  it('says what is evaluated for every row (0)', () => {
    expect(measures('subExpression(if(#{a}>5,1,0))')).toMatchObject({ perRow: true, functions: 2, cyclomatic: 2 })
    expect(measures('if(#{a}>5,1,0)').perRow).toBe(false)
  })

  it('tells operands from distinct operands (2)', () => {
    expect(measures('#{X} + #{X}')).toMatchObject({ operands: 2, distinctOperands: 1 })
  })

  it('reads an exponent as part of its number (2)', () => {
    expect(measures('2.5e-3 * #{X}')).toMatchObject({ operands: 1, operators: 1, operandsByKind: { literal: 1 } })
  })

  it('counts what a condition holds in quotes (or misses it)', () => {
    expect(measures("d2:condition('#{s.a} > 1', 1, 0)", 'program-indicator')).toMatchObject({
      operands: 1,
      operators: 1,
      functions: 1,
      operandsByKind: { '#': 1, literal: 3 },
    })
  })

  it.each(['#{X', '#{a} ++', '1 +'])('calls %s invalid and still counts its words', (text) => {
    const metrics = measures(text)

    expect(metrics).toMatchObject({ valid: false, depth: 0, error: { position: expect.any(Number) as number } })
  })

  it('counts redundant parentheses as nesting and as nothing else', () => {
    expect(measures('((((#{a}))))')).toMatchObject({ nesting: 4, operators: 0, cyclomatic: 1, depth: 1, nodes: 1 })
    expect({ ...measures('((((#{a}))))'), nesting: 0 }).toEqual(measures('#{a}'))
  })

  it('takes a group or a choice of options for one operand', () => {
    expect(measures('#{deGroup:a}')).toMatchObject({ valid: true, operands: 1 })
    // the servers refuse several options at once: counted all the same
    expect(measures('#{x.co:a&b&c}')).toMatchObject({ valid: false, operands: 1 })
  })
})

describe('expressionMetrics', () => {
  it('computes the measures of Halstead', () => {
    // by hand for a + a * 2 - if(a, 2.0, 1): operators + * - if; operands a (3), 2 (2), 1
    const metrics = measures('#{a} + #{a} * 2 - if(#{a}, 2.0, 1)')

    expect(metrics.halstead).toEqual({
      n1: 4,
      n2: 3,
      N1: 4,
      N2: 6,
      volume: 10 * Math.log2(7),
      difficulty: 4,
      effort: 40 * Math.log2(7),
    })
  })

  it('has no difficulty where there is no operator, and no volume where there is nothing', () => {
    expect(measures('#{a}').halstead).toEqual({ n1: 0, n2: 1, N1: 0, N2: 1, volume: 0, difficulty: 0, effort: 0 })
    expect(measures('').halstead).toMatchObject({ volume: 0, difficulty: 0, effort: 0 })
  })

  it('measures depth in nodes, a run of operators of one rank being one', () => {
    expect(measures('1').depth).toBe(1)
    expect(measures('1 + 2 - 3 + 4').depth).toBe(2)
    expect(measures('1 + 2 * 3').depth).toBe(3)
    expect(measures('if(1 > 0, -2, 3)')).toMatchObject({ depth: 3, nesting: 1, nodes: 8 - 1 })
  })

  it('takes words and signs for the same operator, and one spelling of a number for another', () => {
    const words = measures('if(not (1 > 2.0) and 1.0 > 2, 1, 2)')

    expect(words.operatorsBySymbol).toEqual({ '!': 1, '>': 2, '&&': 1 })
    expect(words.halstead).toMatchObject({ n2: 2, N2: 6 })
  })

  it('shows conditional functions beside the branches', () => {
    expect(measures('firstNonNull(if(is(#{a} in 1, 2), 1, 2), 0)')).toMatchObject({
      conditionalFunctions: 2,
      cyclomatic: 2,
    })
  })

  it('measures a tree as the text it came from', () => {
    const text = withUids('if(#{a} > 1, -#{b}.periodOffset(-1), 2)')
    const parsed = parseExpression(text, 'indicator')

    expect(parsed.ok && expressionMetrics(parsed.tree, 'indicator')).toEqual(expressionMetrics(text, 'indicator'))
  })

  it.each([
    // F219, F220: names of any length, as long as there is one; nothing between braces is an operator
    ['#{a} + #{b} - #{c}', 3, 2],
    ['#{}', 0, 0],
    ['100 * 2', 0, 1],
    ['#{uid.coc}', 1, 0],
    ['#{a-b}', 1, 0],
    ["#{a} + 'b - c' /* * */", 1, 1],
    ['#{a} * -#{b', 1, 2],
  ])('F219 F220: counts the words of %s', (text, operands, operators) => {
    expect(expressionMetrics(text, 'indicator')).toMatchObject({ operands, operators, score: operands + operators })
  })
})

describe('weightedComplexity', () => {
  it('is 1 for a plain item and follows the weights it is given', () => {
    expect(weightedComplexity(measures('#{a}'))).toBe(1)
    // 1 operand, 1 operator, 2 functions of 2, nesting 2, 1 branch of 3, evaluated per row 10
    expect(weightedComplexity(measures('subExpression(if(#{a}>5,1,0))'))).toBe(1 + 1 + 4 + 2 + 3 + 10)
    expect(weightedComplexity(measures('#{a} + #{b}'), { operands: 10 })).toBe(20)
  })
})
