import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assessQuality,
  modifiedZScores,
  outliers,
  parseQualityRules,
  profile,
  qualityGrade,
  type QualityRuleInput,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

/** One rule over rows, and what became of it. */
const judged = (rows: readonly Record<string, unknown>[], rule: Omit<QualityRuleInput, 'name'>, now?: string) =>
  assessQuality(rows, [{ name: 'the rule', ...rule }], { now, references: { districts: ['a', 'b'] } }).results[0]

const column = (...values: readonly unknown[]) => values.map((v) => ({ v }))

describe('parseQualityRules', () => {
  it('F164 reads a JSON array of rules, with an empty column and no parameters unless told', () => {
    const rules: unknown = JSON.parse(
      '[{"name":"id is there","ruleType":"not_null","column":"id"},{"name":"enough","ruleType":"completeness","params":{"expected":3},"severity":"warn"}]',
    )

    expect(parseQualityRules(rules)).toEqual([
      {
        name: 'id is there',
        ruleType: 'not_null',
        column: 'id',
        params: {},
        severity: 'error',
        threshold: 1,
        weight: 1,
      },
      {
        name: 'enough',
        ruleType: 'completeness',
        column: '',
        params: { expected: 3 },
        severity: 'warn',
        threshold: 1,
        weight: 1,
      },
    ])
  })

  it.each([
    ['no name', [{ ruleType: 'not_null' }], 'rules[0].name'],
    ['a blank name', [{ name: ' ', ruleType: 'not_null' }], 'rules[0].name'],
    ['no type', [{ name: 'a', ruleType: 'not_null' }, { name: 'b' }], 'rules[1].ruleType'],
    ['a threshold above 1', [{ name: 'a', ruleType: 'range', threshold: 2 }], 'rules[0].threshold'],
    ['something else than a list', { name: 'a', ruleType: 'range' }, 'rules'],
  ])('F164 refuses %s, and says where', (_, rules, path) => {
    expect(() => parseQualityRules(rules)).toThrow(
      expect.objectContaining({ code: 'config/params', details: { path }, hint: expect.any(String) as string }),
    )
  })
})

describe('the checks', () => {
  it('R31 F165 scores 1 missing of 10 as 0.9 and failed; blank text is missing, 0 and false are not', () => {
    const rows = column(1, 'b', 0, false, 5, 6, 7, 8, 9, ' ')

    expect(judged(rows, { ruleType: 'not_null', column: 'v' })).toMatchObject({
      score: 0.9,
      passed: false,
      failed: 1,
      tested: 10,
      sampleOfFailures: [{ row: 9, value: ' ' }],
      reason: '1 of 10 values missing',
    })
  })

  it('R31 F165 finds the value outside the range, reads numeric text and counts what is no number apart', () => {
    const rows = column(0, 10, '7', 11, 'many', null)

    expect(judged(rows, { ruleType: 'range', column: 'v', params: { min: 0, max: 10 } })).toMatchObject({
      passed: false,
      score: 0.75,
      tested: 4,
      failed: 1,
      untested: 2,
      reason: '1 of 4 values outside 0–10',
    })
    expect(judged(column(0, 1000), { ruleType: 'range', column: 'v' })).toMatchObject({ passed: true, score: 1 })
    expect(judged(column(1001), { ruleType: 'range', column: 'v' })).toMatchObject({ score: 0 })
  })

  it.each<[string, readonly unknown[], Omit<QualityRuleInput, 'name'>, object]>([
    ['repeats', ['a', 'b', 'a', null], { ruleType: 'unique' }, { score: near(2 / 3), failed: 1, untested: 1 }],
    ['1 and "1" as two keys', [1, '1'], { ruleType: 'unique' }, { score: 1 }],
    ['too few rows', [1, 2, 3], { ruleType: 'completeness', params: { expected: 4 } }, { score: 0.75, passed: false }],
    [
      'more rows than expected',
      [1, 2],
      { ruleType: 'completeness', params: { expected: 1 } },
      { score: 1, passed: true },
    ],
    ['nothing expected', [1], { ruleType: 'completeness', params: { expected: 0 } }, { status: 'not assessed' }],
    ['a pattern', ['AB1', 'AB12'], { ruleType: 'pattern', params: { pattern: '[A-Z]{2}\\d' } }, { score: 0.5 }],
    ['a type', [1, '2', 'x'], { ruleType: 'type', params: { type: 'number' } }, { score: near(2 / 3) }],
    ['days', ['2026-01-31', '2026-13-01'], { ruleType: 'type', params: { type: 'date' } }, { score: 0.5 }],
    ['a list', ['m', 'f', 'x'], { ruleType: 'allowed', params: { values: ['m', 'f'] } }, { score: near(2 / 3) }],
    [
      'orphans',
      ['a', 'c'],
      { ruleType: 'reference', params: { to: 'districts' } },
      { sampleOfFailures: [{ row: 1, value: 'c' }] },
    ],
    [
      'a wild value',
      [1, 2, 3, 2, 1, 90],
      { ruleType: 'outliers' },
      { failed: 1, sampleOfFailures: [{ row: 5, value: 90 }] },
    ],
  ])('F165 looks for %s', (_, values, rule, expected) => {
    expect(judged(column(...values), { column: 'v', ...rule })).toMatchObject(expected)
  })

  it('compares two columns of a row, and leaves rows without one of them alone', () => {
    const rows = [
      { dtp1: 10, dtp3: 8 },
      { dtp1: 5, dtp3: 7 },
      { dtp1: null, dtp3: 7 },
    ]

    const result = judged(rows, { ruleType: 'compare', column: 'dtp3', params: { operator: '<=', other: 'dtp1' } })

    expect(result).toMatchObject({ tested: 2, failed: 1, untested: 1, reason: '1 of 2 values not <= dtp1' })
  })

  it('measures the age of the newest day against the moment it is lent', () => {
    const rows = column('2026-01-01', '2026-01-20', 'soon')
    const rule = { ruleType: 'freshness', column: 'v', params: { maxAgeDays: 7 } }

    expect(judged(rows, rule, '2026-01-25T00:00:00Z')).toMatchObject({ passed: true, untested: 1 })
    expect(judged(rows, rule, '2026-01-30T00:00:00Z')).toMatchObject({
      passed: false,
      reason: 'the newest is 10.0 days old, more than 7',
    })
    expect(() => judged(rows, rule)).toThrow(expect.objectContaining({ code: 'config/params' }))
  })

  it.each<[string, Omit<QualityRuleInput, 'name'>]>([
    ['completeness without an expected number', { ruleType: 'completeness' }],
    ['a pattern that is none', { ruleType: 'pattern', params: { pattern: '(' } }],
    ['a reference to nothing', { ruleType: 'reference', params: { to: 'wards' } }],
  ])('refuses %s, naming the rule', (_, rule) => {
    expect(() => judged(column(1), rule)).toThrow(
      expect.objectContaining({ code: 'config/params', message: expect.stringContaining('"the rule"') as string }),
    )
  })
})

describe('assessQuality', () => {
  it('F166 classifies the score as it is, not as it is shown', () => {
    expect([0.9, 0.8999, 0.7, 0.6999].map((score) => qualityGrade(score))).toEqual(['green', 'amber', 'amber', 'red'])
  })

  it('F166 takes the mean of the scores, weighed where rules say so', () => {
    const rows = column(1, 2, null, 4)
    const there: QualityRuleInput = { name: 'there', ruleType: 'not_null', column: 'v' }
    const enough: QualityRuleInput = { name: 'enough', ruleType: 'completeness', params: { expected: 4 } }

    expect(assessQuality(rows, [there, enough])).toMatchObject({ score: 0.875, grade: 'amber', fit: false })
    expect(assessQuality(rows, [{ ...there, weight: 3 }, enough])).toMatchObject({ score: 0.8125 })
    expect(assessQuality(rows, [{ ...there, severity: 'warn' }, enough])).toMatchObject({ fit: true })
    expect(assessQuality(rows, [{ ...there, threshold: 0.75 }])).toMatchObject({ fit: true, score: 0.75 })
  })

  it('F167 shows a type that nobody knows as a failed rule that names it', () => {
    const { results, score } = assessQuality(column(1), [{ name: 'odd', ruleType: 'zzz' }])

    expect(results).toMatchObject([{ name: 'odd', status: 'failed', score: 0, reason: '"zzz" is no rule type' }])
    expect(score).toBe(0)
    expect(assessQuality([], [{ name: 'odd', ruleType: 'toString' }]).results[0]?.status).toBe('failed')
  })

  it('F167 says of no rows that nothing was assessed, and of no rules that there is no score', () => {
    const nothing = assessQuality([], [{ name: 'there', ruleType: 'not_null', column: 'v' }])

    expect(nothing).toMatchObject({ score: null, grade: 'red', fit: false, reason: 'there are no rows' })
    expect(nothing.results).toMatchObject([{ name: 'there', status: 'not assessed', score: null, passed: false }])
    expect(assessQuality(column(1), [])).toMatchObject({
      score: 0,
      grade: 'red',
      fit: false,
      reason: 'there are no rules',
    })
  })

  it('gives the same scores whatever the order of the rows', () => {
    const rows = fc.array(
      fc.record({ v: fc.oneof(fc.constant(null), fc.integer({ min: -5, max: 15 }), fc.constant('')) }),
    )
    const rules: QualityRuleInput[] = [
      { name: 'there', ruleType: 'not_null', column: 'v' },
      { name: 'range', ruleType: 'range', column: 'v', params: { min: 0, max: 10 } },
      { name: 'once', ruleType: 'unique', column: 'v' },
      { name: 'near', ruleType: 'outliers', column: 'v' },
    ]

    fc.assert(
      fc.property(rows, (some) => {
        const scores = (of: readonly Record<string, unknown>[]) =>
          assessQuality(of, rules).results.map(({ score }) => score)

        expect(scores(some.toReversed())).toEqual(scores(some))
      }),
    )
  })
})

describe('outliers', () => {
  const wild = Object.freeze([2, 3, 2, 4, 3, 2, 3, 4, 3, 2, 3, 60])

  it.each(['z-score', 'modified-z', 'iqr', 'hampel', 'leave-one-out'] as const)(
    'finds the wild value by %s',
    (method) => {
      expect(outliers(wild, { method }).positions).toEqual([11])
    },
  )

  it('gives the modified z of Iglewicz and Hoaglin, with the mean deviation where the median deviation is 0', () => {
    // by hand: median 3, deviations 2 1 0 1 97, MAD 1
    expect(modifiedZScores([1, 2, 3, 4, 100])).toEqual([-1.349, -0.6745, 0, 0.6745, near(65.4265)])
    // median 1, MAD 0, mean deviation 8/5
    expect(modifiedZScores([1, 1, 1, 1, 9])).toEqual([0, 0, 0, 0, near(8 / (1.2533 * 1.6))])
    expect(modifiedZScores([5, 5, null])).toEqual([null, null, null])
  })

  it('says when no z-score could ever reach the limit', () => {
    expect(outliers([1, 1, 1, 1, 1, 1000], { method: 'z-score' })).toMatchObject({
      positions: [],
      warning: 'with 6 values no z-score can exceed 3',
    })
  })

  it('measures a value against the others alone, also beside a huge one', () => {
    // scipy 1.17: (x[i] - np.delete(x, i).mean()) / np.delete(x, i).std(ddof=1)
    const { scores } = outliers([1, 2, 3, 4, 1e12], { method: 'leave-one-out' })

    expect(scores[4]).toEqual(near((1e12 - 2.5) / Math.sqrt(5 / 3)))
  })

  it('keeps missing values missing, says nothing of a flat line, and refuses what is not finite', () => {
    expect(outliers([1, null, 1, 1])).toMatchObject({
      positions: [],
      scores: [null, null, null, null],
      missing: 1,
      n: 3,
    })
    expect(outliers([])).toMatchObject({ positions: [], n: 0 })
    expect(() => outliers([1, Infinity])).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => outliers([1], { limit: 0 })).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('profile', () => {
  it('counts what is there and what is missing, and describes the numbers', () => {
    const { columns, completeness, rows } = profile([
      { age: 1, name: 'Ada' },
      { age: 2, name: '' },
      { age: null, name: 'Bo' },
      { age: 4, name: 'Bo', note: '007' },
    ])

    expect({ rows, completeness }).toEqual({ rows: 4, completeness: near(1 - 5 / 12) })
    expect(columns[0]).toMatchObject({ column: 'age', count: 3, missing: 1, missingRate: 0.25, distinct: 3 })
    // numpy 2.4: quantile([1, 2, 4], [.25, .5, .75])
    expect(columns[0]?.numbers).toMatchObject({ lowerQuartile: 1.5, median: 2, upperQuartile: 3, mean: near(7 / 3) })
    expect(columns[1]).toMatchObject({ lengths: { shortest: 2, longest: 3 }, top: [{ value: 'Bo', count: 2 }, {}] })
    expect(columns[2]).toMatchObject({ missing: 3, leadingZeroShare: 1, decimalShare: 0 })
  })

  it('says what would break an import', () => {
    const [code] = profile(['01', '2', '2.5', 'x'].map((text) => ({ code: text }))).columns

    expect(code).toMatchObject({
      kinds: { number: 3, text: 1 },
      leadingZeroShare: near(1 / 3),
      decimalShare: near(1 / 3),
    })
  })

  it('has nothing to say of nothing', () => {
    expect(profile([])).toEqual({ rows: 0, columns: [], completeness: null })
    expect(profile([{ a: null }]).columns[0]).toMatchObject({ numbers: null, lengths: null, missingRate: 1 })
  })
})
