import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adjustPValues, correlationMatrix, kendallTauB, pearson, spearman } from '../../src/analysis/index.ts'
import { near } from './near.ts'

// Anscombe (1973), first set: x and y
const ANSCOMBE_X = Object.freeze([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
const ANSCOMBE_Y = Object.freeze([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])

const column = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 40 })
const twoColumns = column.chain((x) =>
  fc.tuple(
    fc.constant(x),
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: x.length, maxLength: x.length }),
  ),
)
const rOf = (answer: { readonly r: number | null }): number => answer.r ?? 0

describe('pearson', () => {
  it('F202 gives the coefficient by its definition, and exactly 1 or −1 on a line', () => {
    expect(pearson([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toMatchObject({ r: 0.8, n: 5 })
    expect(pearson([1, 2, 3], [2, 4, 6])).toEqual({ r: 1, n: 3, p: 0, ci95: null })
    expect(pearson([1, 2, 3], [6, 4, 2])).toEqual({ r: -1, n: 3, p: 0, ci95: null })
    expect(pearson([1, 2, 3, 4], [2, 4, 6, 8])).toEqual({ r: 1, n: 4, p: 0, ci95: [1, 1] })
  })

  it('gives p and interval of the first set of Anscombe', () => {
    const answer = pearson(ANSCOMBE_X, ANSCOMBE_Y)

    // mpmath 1.3 with 40 digits: the definition, betainc for p, Fisher's z with 1.959963984540054
    expect(answer).toMatchObject({ r: near(0.81642051634484), p: near(0.002169628873078797), n: 11 })
    expect(answer).toMatchObject({ ci95: [near(0.4243912133932161), near(0.9506932537865606)] })
  })

  it('keeps the digits of a very small p', () => {
    // mpmath 1.3, 40 digits, of the same eight pairs
    const answer = pearson([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8.001])

    expect(answer).toMatchObject({ p: near(8.3682641079699e-25, 1e-6) })
  })

  it('F203 refuses columns of unequal length', () => {
    expect(() => pearson([1, 2], [1])).toThrow(
      expect.objectContaining({ code: 'data/misaligned', message: '2 values of x against 1 of y' }),
    )
  })

  it.each([
    ['no variance', [1, 1, 1], [1, 2, 3], 3],
    ['no variance', [1, 2, 3], [0.1, 0.1, 0.1], 3],
    ['too few', [], [], 0],
    ['too few', [1], [2], 1],
    ['too few', [1, 2, null], [2, 4, 6], 2],
    ['all missing', [null, 1, null], [3, null, 4], 0],
    ['x at 1 is Infinity, not a finite number', [1, Infinity, 3], [1, 2, 3], 0],
    ['y at 0 is NaN, not a finite number', [1, 2, 3], [Number.NaN, 2, 3], 0],
  ])('F204 says "%s" where there is no coefficient', (reason, x, y, n) => {
    expect(pearson(x, y)).toEqual({ r: null, n, reason })
    expect(spearman(x, y)).toEqual({ r: null, n, reason })
    expect(kendallTauB(x, y)).toEqual({ tau: null, n, reason })
  })

  it('F205 does not mind a thousand million added to every x', () => {
    const shifted = ANSCOMBE_X.map((x) => x + 1e9)

    expect(pearson(shifted, ANSCOMBE_Y)).toMatchObject({ r: near(rOf(pearson(ANSCOMBE_X, ANSCOMBE_Y)), 1e-6) })
  })

  it('measures huge and tiny numbers as it measures the same in other units', () => {
    for (const unit of [1e300, 1e-300]) {
      expect(pearson([1 * unit, 2 * unit, 3 * unit, 4 * unit, 5 * unit], [2, 1, 4, 3, 5])).toMatchObject({
        r: near(0.8),
      })
    }
  })

  it('leaves out pairs with a missing side', () => {
    expect(pearson([1, null, 2, 3, 4, 5, 9], [2, 7, 1, 4, 3, 5, null])).toMatchObject({ r: 0.8, n: 5 })
  })

  it('stays the same when sides change places, rows are reversed or doubled, or a side is scaled', () => {
    fc.assert(
      fc.property(twoColumns, ([x, y]) => {
        const r = rOf(pearson(x, y))

        expect(rOf(pearson(y, x))).toBeCloseTo(r, 12)
        expect(rOf(pearson(x.toReversed(), y.toReversed()))).toBeCloseTo(r, 12)
        expect(rOf(pearson([...x, ...x], [...y, ...y]))).toBeCloseTo(r, 12)
        expect(
          rOf(
            pearson(
              x.map((value) => 3 - 7 * value),
              y,
            ),
          ),
        ).toBeCloseTo(-r, 12)
        expect(Math.abs(r)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('spearman', () => {
  it('gives coefficient, p and interval', () => {
    const answer = spearman([106, 86, 100, 101, 99, 103, 97, 113, 112, 110], [7, 0, 27, 50, 28, 29, 20, 12, 6, 17])

    // mpmath 1.3, 40 digits: Pearson's r of the ranks; by hand 1 − 6·194/990 = −29/165
    expect(answer).toMatchObject({ r: near(-29 / 165), n: 10, p: near(0.6271883447764844) })
    expect(answer).toMatchObject({ ci95: [near(-0.7278300282394072), near(0.5145466616329561)] })
  })

  it('sees only the order', () => {
    fc.assert(
      fc.property(twoColumns, ([x, y]) => {
        expect(
          spearman(
            x.map((value) => Math.exp(value / 10)),
            y,
          ),
        ).toEqual(spearman(x, y))
      }),
      {
        examples: [
          [
            [
              [1, 2, 2, 5],
              [3, 1, 1, 0],
            ],
          ],
        ],
      },
    )
  })
})

describe('kendallTauB', () => {
  it('counts p exactly where there are few pairs and no ties', () => {
    // all 5,040 orders of seven, counted in Python
    expect(kendallTauB([1, 2, 3, 4, 5, 6, 7], [2, 1, 4, 3, 7, 6, 5])).toEqual({
      tau: near(11 / 21),
      n: 7,
      p: near(0.1361111111111111),
    })
  })

  it('corrects for ties on both sides', () => {
    // mpmath 1.3, 40 digits, pair by pair by the definition, with the variance of Kendall (1970)
    expect(kendallTauB([1, 2, 2, 3, 3, 3, 4, 5, 6, 6], [1, 1, 2, 2, 4, 3, 3, 6, 5, 6])).toEqual({
      tau: near(0.7901836773196717),
      n: 10,
      p: near(0.0029396863019197916),
    })
  })

  it('agrees with counting every pair', () => {
    const small = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 3,
      maxLength: 70,
    })
    fc.assert(
      fc.property(small, (pairs) => {
        const [x, y] = [pairs.map(([left]) => left), pairs.map(([, right]) => right)]

        expect(kendallTauB(x, y).tau ?? 0).toBeCloseTo(tauByCounting(x, y), 12)
      }),
    )
  })

  it('is far from quadratic: 100,000 pairs are no matter', () => {
    // 10^5 pairs would be 5·10^9 comparisons; y turns the order round, so tau is exactly −1
    const x = Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 100_003)

    expect(
      kendallTauB(
        x,
        x.map((value) => -value),
      ),
    ).toMatchObject({ tau: -1, n: 100_000, p: 0 })
  })
})

describe('adjustPValues', () => {
  const p = Object.freeze([0.01, 0.04, null, 0.03, 0.005])

  // By hand, by the formulas: m = 4, in rising order 0.005, 0.01, 0.03, 0.04; Σ 1/i = 25/12
  it.each([
    ['bonferroni', [0.04, 0.16, null, 0.12, 0.02]],
    ['holm', [0.03, 0.06, null, 0.06, 0.02]],
    ['bh', [0.02, 0.04, null, 0.04, 0.02]],
    ['by', [0.02 * (25 / 12), 0.04 * (25 / 12), null, 0.04 * (25 / 12), 0.02 * (25 / 12)]],
  ] as const)('adjusts by %s and counts only what was tested', (method, expected) => {
    expect(adjustPValues(p, method)).toEqual(expected.map((value) => (value === null ? null : near(value))))
  })

  it('never makes a p smaller, nor larger than 1, and keeps their order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })
    fc.assert(
      fc.property(values, fc.constantFrom('bonferroni', 'holm', 'bh', 'by'), (raw, method) => {
        const sorted = raw.toSorted((a, b) => a - b)
        const adjusted = adjustPValues(sorted, method).map((value) => value ?? -1)

        expect(adjusted.every((value, index) => value >= (sorted[index] ?? 0) * (1 - 1e-12) && value <= 1)).toBe(true)
        expect(adjusted).toEqual(adjusted.toSorted((a, b) => a - b))
      }),
    )
  })

  it('refuses what is no probability', () => {
    expect(() => adjustPValues([0.5, 1.5], 'bh')).toThrow(
      expect.objectContaining({ code: 'data/value', message: 'p-value 1 is 1.5' }),
    )
    expect(adjustPValues([], 'bh')).toEqual([])
  })
})

describe('correlationMatrix', () => {
  const columns = {
    rain: Object.freeze([1, 2, 3, 4, 5, null]),
    cases: Object.freeze([2, 1, 4, 3, null, 9]),
    beds: Object.freeze([5, 5, 5, 5, 5, 5]),
    visits: Object.freeze([null, 3, 9, 27, 81, 1]),
  }

  it.each(['pearson', 'spearman'] as const)(
    'gives every pair as %s gives it, on the rows that pair shares',
    (method) => {
      const one = method === 'pearson' ? pearson : spearman
      const { pairs } = correlationMatrix(columns, { method })

      expect(pairs.map(({ a, b }) => `${a}-${b}`)).toEqual([
        'rain-cases',
        'rain-beds',
        'rain-visits',
        'cases-beds',
        'cases-visits',
        'beds-visits',
      ])
      for (const { a, b, r, n, reason } of pairs) {
        const alone = one(columns[a as keyof typeof columns], columns[b as keyof typeof columns])
        expect({ r, n, reason }).toEqual({
          r: alone.r,
          n: alone.n,
          reason: 'reason' in alone ? alone.reason : undefined,
        })
      }
    },
  )

  it('uses only complete rows when asked to', () => {
    const { pairs } = correlationMatrix(columns, { missing: 'listwise' })

    expect(new Set(pairs.map(({ n }) => n))).toEqual(new Set([3]))
    expect(pairs[0]).toMatchObject({ r: rOf(pearson([2, 3, 4], [1, 4, 3])) })
  })

  it('adjusts over the tested pairs only', () => {
    const { pairs } = correlationMatrix(columns)

    expect(pairs.map(({ q }) => q)).toEqual(
      adjustPValues(
        pairs.map(({ p }) => p),
        'bh',
      ),
    )
    expect(pairs.filter(({ q }) => q === null)).toHaveLength(3)
  })

  it('gives the same as pair after pair whatever is missing', () => {
    const value = fc.option(fc.integer({ min: 0, max: 6 }), { freq: 4 })
    const three = fc.integer({ min: 0, max: 25 }).chain((length) => {
      const one = fc.array(value, { minLength: length, maxLength: length })
      return fc.record({ a: one, b: one, c: one })
    })
    fc.assert(
      fc.property(three, fc.constantFrom('pearson', 'spearman'), (data, method) => {
        const one = method === 'pearson' ? pearson : spearman

        for (const pair of correlationMatrix(data, { method }).pairs) {
          const alone = one(data[pair.a as 'a'], data[pair.b as 'a'])
          expect([pair.r, pair.n]).toEqual([alone.r, alone.n])
        }
      }),
    )
  })

  it('refuses columns that do not fit together', () => {
    expect(() => correlationMatrix({ a: [1, 2], b: [1] })).toThrow(
      expect.objectContaining({ code: 'data/misaligned', message: 'column "b" has 1 values, "a" has 2' }),
    )
    expect(() => correlationMatrix({ a: [1, Infinity] })).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(correlationMatrix({})).toEqual({ pairs: [] })
  })
})

function tauByCounting(x: readonly number[], y: readonly number[]): number {
  let [difference, differX, differY] = [0, 0, 0]
  for (const [i, left] of x.entries()) {
    for (const [j, right] of x.slice(0, i).entries()) {
      const [dx, dy] = [Math.sign(left - right), Math.sign((y[i] ?? 0) - (y[j] ?? 0))]
      difference += dx * dy
      differX += Math.abs(dx)
      differY += Math.abs(dy)
    }
  }
  return differX === 0 || differY === 0 ? 0 : difference / Math.sqrt(differX * differY)
}
