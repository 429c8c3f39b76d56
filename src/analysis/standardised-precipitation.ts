/** Drought and flood on one scale for dry and wet places: the standardised precipitation index (SPI). */
import { DataError } from '../base/errors.ts'
import { normalQuantile } from './distribution-quantiles.ts'
import { gammaLower, gammaUpper } from './distribution-tails.ts'
import type { Column } from './paired.ts'

export interface PrecipitationIndexOptions {
  /** Months that are summed up to each month: 1, 3, 6 or 12. Default 1. */
  readonly window?: number
  /** Years a calendar month must have for its distribution. Default 30, as WMO asks. */
  readonly minimumYears?: number
}

/**
 * How unusual the rain up to each month is among the same months of all years, in standard deviations: −1 moderately dry,
 * −2 extremely dry. A gamma distribution (Thom 1958) is fitted to the sums above 0 of each calendar month; months without
 * rain come in by their share.
 *
 * `null` where a month of the window is missing, and for calendar months with too few years or without variance.
 *
 * @param monthlyMm whole months in order, `null` where one is missing
 * @throws DataError `data/value` for rain below 0 or not finite, or a window that is none
 * @see McKee, Doesken and Kleist (1993); WMO-No. 1090, Standardized Precipitation Index User Guide
 */
export function standardisedPrecipitation(
  monthlyMm: Column,
  { window = 1, minimumYears = 30 }: PrecipitationIndexOptions = {},
): (number | null)[] {
  check(monthlyMm, window)
  const sums = monthlyMm.map((_, month) => {
    if (month + 1 < window) return null
    return monthlyMm
      .slice(month + 1 - window, month + 1)
      .reduce<number | null>((sum, mm) => (sum === null || mm === null ? null : sum + mm), 0)
  })
  const distributions = Array.from({ length: 12 }, (_, month) => {
    return fitGamma(
      sums.flatMap((sum, place) => (place % 12 === month && sum !== null ? [sum] : [])),
      minimumYears,
    )
  })
  return sums.map((sum, month) => {
    const distribution = distributions[month % 12] ?? null
    return sum === null || distribution === null ? null : deviationOf(sum, distribution)
  })
}

interface ZeroInflatedGamma {
  readonly shape: number
  readonly scale: number
  readonly shareOfZeros: number
}

/** Thom's approximation of the most likely shape, which is within 0.005 of it for shapes that rain has. */
function fitGamma(sums: readonly number[], minimumYears: number): ZeroInflatedGamma | null {
  if (sums.length < minimumYears) return null
  const wet = sums.filter((sum) => sum > 0)
  const mean = wet.reduce((total, sum) => total + sum, 0) / wet.length
  const spread = Math.log(mean) - wet.reduce((total, sum) => total + Math.log(sum), 0) / wet.length
  // Equal sums leave a rounding error of either sign
  if (wet.length < 2 || !(spread > 1e-12)) return null
  const shape = (1 + Math.sqrt(1 + (4 * spread) / 3)) / (4 * spread)
  return { shape, scale: mean / shape, shareOfZeros: (sums.length - wet.length) / sums.length }
}

function deviationOf(sum: number, { shape, scale, shareOfZeros }: ZeroInflatedGamma): number {
  const wet = 1 - shareOfZeros
  const below = shareOfZeros + wet * gammaLower(shape, sum / scale)
  const above = wet * gammaUpper(shape, sum / scale)
  // The smaller tail keeps its digits
  return below <= 0.5 ? normalQuantile(below) : -normalQuantile(above)
}

function check(monthlyMm: Column, window: number): void {
  if (!Number.isInteger(window) || window < 1) {
    throw new DataError('data/value', `a window of ${window} months is none`, { hint: 'give 1, 3, 6 or 12' })
  }
  const wrong = monthlyMm.findIndex((mm) => mm !== null && !(mm >= 0 && Number.isFinite(mm)))
  if (wrong < 0) return
  throw new DataError('data/value', `month ${wrong} has ${monthlyMm[wrong]} mm of rain`, {
    hint: 'put null where a month is missing or incomplete',
    details: { position: wrong },
  })
}
