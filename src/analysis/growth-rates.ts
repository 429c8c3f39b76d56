/** By how much a series grew: from step to step, and over years. */
import type { Column } from './paired.ts'

/**
 * (value − value of `lag` steps before) / that value: 0.1 is ten per cent. `null` where either is missing, or the base is
 * not above 0: growth from nothing, or from a debt, has no rate.
 *
 * @example growthRates([100, 110, null, 121]) // [null, 0.1, null, null]
 */
export function growthRates(values: Column, lag = 1): (number | null)[] {
  return values.map((value, index) => {
    const base = values[index - lag] ?? null
    if (value === null || base === null || !(base > 0)) return null
    const rate = (value - base) / base
    return Number.isFinite(rate) ? rate : null
  })
}

/**
 * The compound annual growth rate: (last / first)^(1 / years) − 1; `null` unless all three are above 0.
 *
 * @example compoundGrowth(100, 121, 2) // 0.1
 */
export function compoundGrowth(first: number | null, last: number | null, years: number): number | null {
  if (first === null || last === null || !(first > 0 && last > 0 && years > 0)) return null
  const rate = Math.expm1(Math.log(last / first) / years)
  return Number.isFinite(rate) ? rate : null
}
