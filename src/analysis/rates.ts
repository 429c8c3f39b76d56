/** Events among people: rates, and how far chance alone may move them. */
import { DataError } from '../base/errors.ts'
import { gammaQuantile } from './distribution-quantiles.ts'

/**
 * Events for so many people (1,000 unless told): cases, births or deaths over a population, or over person-time where the
 * population changes. `null` where either is missing, or there is nobody.
 *
 * @throws DataError `data/value` for events below 0
 * @example crudeRate(5, 2000) // 2.5
 */
export function crudeRate(events: number | null, people: number | null, per = 1000): number | null {
  if (events === null || people === null || !(people > 0)) return null
  if (!(events >= 0)) throw noCount(events)
  const rate = (events / people) * per
  return Number.isFinite(rate) ? rate : null
}

/**
 * The exact interval of a count that came about by Poisson's law: χ²(α/2, 2n)/2 to χ²(1 − α/2, 2n + 2)/2 (Garwood 1936).
 *
 * @throws DataError `data/value` for what is no whole number from 0, or a level that is not between 0 and 1
 * @example poissonInterval(10) // [4.795…, 18.390…]
 */
export function poissonInterval(count: number, level = 0.95): readonly [low: number, high: number] {
  if (!Number.isSafeInteger(count) || count < 0) throw noCount(count)
  if (!(level > 0 && level < 1)) {
    throw new DataError('data/value', `${level} is no level of an interval`, { hint: 'give a share such as 0.95' })
  }
  const tail = (1 - level) / 2
  return [count === 0 ? 0 : gammaQuantile(tail, count), gammaQuantile(1 - tail, count + 1)]
}

/** `crudeRate` with the interval of its count; the population is taken as known. */
export function rateWithInterval(
  events: number | null,
  people: number | null,
  options: { readonly per?: number; readonly level?: number } = {},
): { readonly rate: number; readonly low: number; readonly high: number } | null {
  const { per = 1000, level = 0.95 } = options
  const rate = crudeRate(events, people, per)
  if (rate === null || events === null || people === null) return null
  const [low, high] = poissonInterval(events, level)
  return { rate, low: (low / people) * per, high: (high / people) * per }
}

function noCount(value: number): DataError {
  return new DataError('data/value', `${value} is no count of events`, { hint: 'counts are whole numbers from 0' })
}
