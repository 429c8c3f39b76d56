import { describe, expect, it } from 'vitest'
import type { ExpressionKind } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import { EXPRESSION_KINDS } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import type { Expression } from '../../../../connectors/dhis2/expression/expression.ts'
import { parseExpression } from '../../../../connectors/dhis2/expression/parse-expression.ts'
import { printExpression } from '../../../../connectors/dhis2/expression/print-expression.ts'

const A = 'aaaaaaaaaaa'
const B = 'bbbbbbbbbbb'

function treeOf(text: string, kind: ExpressionKind = 'indicator'): Expression {
  const parsed = parseExpression(text, kind)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`)
  return parsed.tree
}

/** Parentheses around every operator, so that what belongs together can be read. */
function shape(node: Expression): string {
  if (node.kind === 'group') return shape(node.inner)
  if (node.kind === 'unary') return `(${node.operator}${shape(node.operand)})`
  if (node.kind !== 'chain') return printExpression(node)
  return `(${shape(node.first)}${node.rest.map(({ operator, operand }) => ` ${operator} ${shape(operand)}`).join('')})`
}

describe('what belongs together', () => {
  it.each([
    ['1 + 2 * 3 ^ 4', '(1 + (2 * (3 ^ 4)))'],
    ['2 ^ 3 ^ 2', '(2 ^ 3 ^ 2)'],
    ['-2 ^ 2', '(-(2 ^ 2))'],
    ['2 ^ -1 ^ 3', '(2 ^ (-(1 ^ 3)))'],
    ['-1 * 2', '((-1) * 2)'],
    ['1 - 2 - 3 + 4', '(1 - 2 - 3 + 4)'],
    ['if(1 + 1 < 3 == true && !false || false, 1, 2)', 'if(1 + 1 < 3 == true && !false || false, 1, 2)'],
  ])('%s is %s', (text, expected) => {
    expect(shape(treeOf(text))).toBe(expected)
  })

  it('reads comparisons before equality before and before or', () => {
    expect(shape(treeOf('1 < 2 == 3 && 4 || 5', 'predictor-skip-test'))).toBe('((((1 < 2) == 3) && 4) || 5)')
  })

  it('keeps the words and, or, not as signs', () => {
    expect(printExpression(treeOf('not true and 1 or 0', 'predictor-skip-test'))).toBe('!true && 1 || 0')
  })

  it('binds a modifier to the item before it', () => {
    expect(treeOf(`#{${A}} - #{${B}}.periodOffset( -1 ).yearToDate()`)).toMatchObject({
      first: { kind: 'item', type: '#', parts: [A] },
      rest: [
        {
          operator: '-',
          operand: {
            kind: 'modified',
            of: { kind: 'item', parts: [B] },
            modifiers: [
              { name: 'periodOffset', argument: '-1' },
              { name: 'yearToDate', argument: '' },
            ],
          },
        },
      ],
    })
  })

  it('reads the expression that a condition holds in quotes', () => {
    expect(treeOf(`d2:condition('#{${A}.${B}} > 1', 1, 0)`, 'program-indicator')).toMatchObject({
      name: 'd2:condition',
      arguments: [{ kind: 'quoted', inner: { kind: 'chain', rest: [{ operator: '>' }] } }, {}, {}],
    })
  })
})

describe('what each kind may say', () => {
  it.each([
    [`#{${A}.co:${B}}`, ['indicator']],
    [`N{${A}}`, ['indicator']],
    ['[yearlyPeriodCount]', ['indicator']],
    ['[days]', ['indicator', 'predictor', 'predictor-skip-test', 'validation-rule']],
    [`#{${A}}.minDate(2020-01-01)`, ['indicator', 'predictor', 'predictor-skip-test']],
    [`avg(#{${A}})`, ['predictor', 'predictor-skip-test']],
    [`if(orgUnit.group(${A}, ${B}), 1, 0)`, ['predictor', 'predictor-skip-test', 'validation-rule']],
    [`A{${A}}`, ['program-indicator', 'program-indicator-filter']],
    ['V{event_count}', ['program-indicator', 'program-indicator-filter']],
    [`#{${A}.${B}}.stageOffset(-1)`, ['program-indicator', 'program-indicator-filter']],
    ['isNull(1)', ['predictor-skip-test', 'program-indicator-filter']],
    ['1.5', ['indicator', 'predictor', 'validation-rule', 'program-indicator']],
    [`is(#{${A}} in 1, 2)`, ['predictor-skip-test']],
    [`C{${A}}`, EXPRESSION_KINDS],
  ])('%s is an expression of %j', (text, kinds) => {
    expect(EXPRESSION_KINDS.filter((kind) => parseExpression(text, kind).ok)).toEqual(kinds)
  })
})

describe('what is refused', () => {
  // position: 0-based, of the first character that makes no sense
  it.each([
    ['', 0, 'the expression is empty'],
    ['1 +', 3, 'something is missing at the end'],
    [`#{${A}} ++`, 17, 'something is missing at the end'],
    ['1 2', 2, 'an operator is missing before "2"'],
    ['007', 1, 'an operator is missing before "0"'],
    ['1,5', 1, 'an operator is missing before ","'],
    [`1 + #{${A}`, 4, 'the item is not closed with "}"'],
    ['1 + #{nope}', 4, '#{nope} is not a data element, or one with its category and attribute option combinations'],
    [`#{ ${A} }`, 0, `#{ ${A} } is not a data element, or one with its category and attribute option combinations`],
    [`#{${A}.*.*}`, 0, `#{${A}.*.*} is not a data element, or one with its category and attribute option combinations`],
    [`R{${A}.NONSENSE}`, 0, `R{${A}.NONSENSE} is not a data set and REPORTING_RATE or one of its kin`],
    ['(1', 2, 'the parenthesis is not closed'],
    ['1)', 1, 'an operator is missing before ")"'],
    ['1 /* and so on', 2, 'the comment is not closed'],
    ["'open", 0, 'the text is not closed or has a false escape'],
    ['1 // 2', 3, '"/" cannot stand here'],
    ['1 = 1', 2, '"=" means nothing here'],
    ['IF(1, 2, 3)', 0, 'there is no function "IF"'],
    ['1 + avg(2)', 4, '"avg" cannot stand in an indicator'],
    ['if(1, 2)', 0, '"if" takes 3 arguments, not 2'],
    ['greatest()', 0, '"greatest" takes at least 1 argument, not 0'],
    ['log(1, 2, 3)', 0, '"log" takes 1 to 2 arguments, not 3'],
    ['if (1, 2, 3)', 0, '"if" means nothing here'],
    [`#{${A}}.periodOffset(1.5)`, 14, '".periodOffset" takes a whole number, not "1.5"'],
    [`#{${A}}.minDate(2020-02-30)`, 14, '".minDate" takes a day such as 2024-01-31, not "2020-02-30"'],
    [`#{${A}}.stageOffset(1)`, 14, '".stageOffset" cannot stand in an indicator'],
    ['1 + isNull(2)', 4, 'a yes or no stands where a number is wanted'],
    ["if(1 > 0, 1, 'x')", 13, 'a text stands where a number is wanted'],
    ['if(1.5, 1, 2)', 3, 'the number 1.5 stands where a yes or no is wanted'],
    ['💥', 0, '"💥" means nothing here'],
    ['1 + not', 7, 'something is missing at the end'],
  ])('%s at position %i: %s', (text, position, message) => {
    expect(parseExpression(text, 'indicator')).toEqual({ ok: false, message, position })
  })

  it('says the place inside a condition in quotes as a place of the whole text', () => {
    const text = `d2:condition('#{${A}.${B}} > ', 1, 0)`

    const parsed = parseExpression(text, 'program-indicator')

    expect(parsed).toEqual({ ok: false, message: 'something is missing at the end', position: text.indexOf("', 1") })
  })

  it('refuses what the metadata does not know or what holds text', () => {
    const types = { [A]: 'text', [B]: null } as const
    const typeOf = ({ parts: [id = ''] }: { parts: readonly string[] }): 'text' | 'number' | null => {
      const type = types[id as keyof typeof types]
      return type === undefined ? 'number' : type
    }

    expect(parseExpression(`1 + #{${A}}`, 'predictor', { typeOf })).toMatchObject({ ok: false, position: 4 })
    expect(parseExpression(`1 + #{${B}}`, 'predictor', { typeOf })).toEqual({
      ok: false,
      message: 'the server has no such item',
      position: 4,
    })
    // an indicator is tried with numbers throughout
    expect(parseExpression(`1 + #{${A}}`, 'indicator', { typeOf }).ok).toBe(true)
  })
})

describe('sizes', () => {
  it.each([
    ['parentheses', '('.repeat(200) + '1' + ')'.repeat(200), '('.repeat(201) + '1' + ')'.repeat(201)],
    ['signs', '-'.repeat(200) + '1', '-'.repeat(201) + '1'],
    ['calls', 'least('.repeat(200) + '1' + ')'.repeat(200), 'least('.repeat(201) + '1' + ')'.repeat(201)],
  ])('allows 200 %s inside each other and says so of one more', (_, deepest, tooDeep) => {
    expect(parseExpression(deepest, 'indicator').ok).toBe(true)
    expect(parseExpression(tooDeep, 'indicator')).toMatchObject({
      ok: false,
      message: 'nested more than 200 deep',
      position: expect.any(Number) as number,
    })
  })

  it('refuses a hundred thousand open parentheses without falling over', () => {
    expect(parseExpression('('.repeat(100_000), 'indicator')).toMatchObject({ message: 'nested more than 200 deep' })
  })

  it('reads, prints and refuses long texts in time that grows with their length alone', () => {
    const terms = Array.from({ length: 50_000 }, () => `#{${A}}`)
    const startedAt = performance.now()

    const sum = treeOf(terms.join(' + '))
    const powers = treeOf(terms.map(() => '1').join('^'))
    const refused = [
      '/*'.repeat(100_000),
      "'\\".repeat(100_000),
      '#{'.repeat(100_000),
      'a'.repeat(200_000),
      '.a('.repeat(100_000),
    ]

    expect(printExpression(sum)).toHaveLength(50_000 * 17 - 3)
    expect(powers).toMatchObject({ kind: 'chain' })
    expect(refused.map((text) => parseExpression(text, 'indicator').ok)).toEqual(refused.map(() => false))
    // about 0.2 s on the 2-core machine; quadratic time would take minutes
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
