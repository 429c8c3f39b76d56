import { describe, expect, it } from 'vitest'
import { indicatorClosure } from '../../../../connectors/dhis2/expression/indicator-closure.ts'
import { DEFAULT_BINS, indicatorScore, scoreBin } from '../../../../connectors/dhis2/expression/indicator-score.ts'

const A = '#{aaaaaaaaaaa}'
const B = '#{bbbbbbbbbbb}'
const C = '#{ccccccccccc}'

describe('indicatorScore', () => {
  it('F221: adds operands and operators of numerator and denominator', () => {
    expect(indicatorScore(`${A}+${B}`, C)).toMatchObject({
      score: 4,
      operands: 3,
      operators: 1,
      complexity: 'moderate',
      problem: null,
    })
  })

  it('has no score for what is no expression, but says where and counts the words', () => {
    expect(indicatorScore(`${A}+`, '#{c}')).toMatchObject({
      score: null,
      complexity: null,
      operands: 2,
      operators: 1,
      problem: 'numerator, position 15: something is missing at the end',
    })
    expect(indicatorScore(A, '').problem).toBe('denominator, position 0: the expression is empty')
  })

  it('counts neither a sign before an operand nor signs within one', () => {
    expect(indicatorScore(`-${A}`, `#{aaaaaaaaaaa.*.bbbbbbbbbbb}`).score).toBe(2)
  })

  it('F222: puts each score into exactly one of four classes, bounds included below', () => {
    const bins = Array.from({ length: 10 }, (_, score) => scoreBin(score))

    expect(bins.join(' ')).toBe('trivial trivial simple simple moderate moderate moderate complex complex complex')
    expect(DEFAULT_BINS).toEqual([1, 3, 6])
    expect(indicatorScore(`${A}+${B}`, C, { bins: [2, 4, 8] }).complexity).toBe('simple')
  })

  it('refuses bins that do not rise', () => {
    expect(() => scoreBin(1, [3, 3, 6])).toThrow(expect.objectContaining({ code: 'config/params' }))
    expect(() => scoreBin(1, [1, Number.NaN, 6])).toThrow(expect.objectContaining({ code: 'config/params' }))
  })

  it.each([
    [A, B, []],
    [A, '1', []],
    [A, '0', ['denominator-zero']],
    [A, '2 - 2', ['denominator-zero']],
    [A, '1.0', ['denominator-one-rewritten']],
    [A, ' 1', ['denominator-one-rewritten']],
    [A, `${B} - ${C}`, ['denominator-may-vanish']],
    [A, `if(${B} > ${C}, ${B} - ${C}, 1)`, []],
    [`${A} / ${B}`, C, ['unguarded-division']],
    [`${A} / 100`, C, []],
    [`if(${B} == 0, 0, ${A} / ${B})`, C, []],
    [`${A} + ${B}`, `(${B} + ${A})`, ['same-numerator-and-denominator']],
    ['1', '1', []],
    [`if(1 > 0, ${A}, ${B})`, C, ['constant-condition']],
  ])('says of %s over %s: %j', (numerator, denominator, flags) => {
    expect(indicatorScore(numerator, denominator).flags).toEqual(flags)
  })
})

describe('indicatorClosure', () => {
  const id = (letter: string): string => letter.repeat(11)

  function closureOf(start: string, known: Readonly<Record<string, string>>): ReturnType<typeof indicatorClosure> {
    const written = (text: string): string => text.replace(/\{(\w)\}/g, (_, letter: string) => `{${id(letter)}}`)
    const byId = new Map(Object.entries(known).map(([letter, text]) => [id(letter), written(text)]))
    const closure = indicatorClosure(id(start), (asked) => {
      const numerator = byId.get(asked)
      return numerator === undefined ? undefined : { numerator, denominator: '1' }
    })
    return JSON.parse(JSON.stringify(closure).replace(/(\w)\1{10}/g, '$1')) as typeof closure
  }

  it('adds up everything that stands behind nested indicators', () => {
    const closure = closureOf('a', { a: 'N{b} + N{c} + #{x}', b: 'N{c} * 2', c: '#{x} + I{p}' })

    expect(closure).toEqual({
      indicators: ['b', 'c'],
      unknown: [],
      invalid: [],
      programIndicators: ['p'],
      // x, then c by way of b, then c: 1 + 2 + 2
      operands: 5,
      cycle: null,
    })
  })

  it('names a circle, and counts nothing', () => {
    expect(closureOf('a', { a: 'N{b}', b: '1 + N{c}', c: 'N{b}' })).toMatchObject({
      cycle: ['b', 'c', 'b'],
      operands: null,
    })
    expect(closureOf('a', { a: 'N{a}' }).cycle).toEqual(['a', 'a'])
  })

  it('names what is unknown and what does not parse', () => {
    expect(closureOf('a', { a: 'N{b} + N{z}', b: '1 +' })).toMatchObject({ unknown: ['z'], invalid: ['b'] })
  })

  it('follows a long chain, and does not follow the same indicator twice', () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => `n${String(index).padStart(10, '0')}`)
    const next = new Map(ids.map((one, index) => [one, ids[index + 1]]))
    let asked = 0

    const closure = indicatorClosure(ids[0] ?? '', (one) => {
      asked += 1
      const nested = next.get(one)
      return { numerator: nested === undefined ? A : `N{${nested}} + N{${nested}}`, denominator: '1' }
    })

    expect(closure.indicators).toHaveLength(4_999)
    expect(asked).toBe(5_000)
  })
})
