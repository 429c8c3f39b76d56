/** Growth from one year that has a value to the next one that has. */
import { roundTo } from 'd2flow/analysis'

export interface YearValue {
  readonly year: number
  readonly value: number | null
}

export interface YearGrowth extends YearValue {
  /** Per year, in percent, four decimals; null for the first value, after a value of 0, and without one. */
  readonly growthPercent: number | null
  /** The year before has no value: growth is spread over the gap. */
  readonly overGap: boolean
}

/**
 * @param series in order of years; a year without a value keeps its row
 * @example yearlyGrowth([{ year: 2000, value: 100 }, { year: 2001, value: null }, { year: 2002, value: 121 }])[2]
 *   // { year: 2002, value: 121, growthPercent: 10, overGap: true }
 */
export function yearlyGrowth(series: readonly YearValue[]): YearGrowth[] {
  let before: { readonly year: number; readonly value: number } | null = null
  return series.map(({ year, value }) => {
    const previous = before
    if (value !== null) before = { year, value }
    if (value === null || previous === null) return { year, value, growthPercent: null, overGap: false }
    const years = year - previous.year
    return { year, value, growthPercent: growth(previous.value, value, years), overGap: years > 1 }
  })
}

function growth(previous: number, value: number, years: number): number | null {
  if (previous === 0) return null
  if (years === 1) return roundTo(((value - previous) / previous) * 100, 4)
  const ratio = value / previous
  // a change of sign has no growth per year
  return ratio > 0 ? roundTo((ratio ** (1 / years) - 1) * 100, 4) : null
}
