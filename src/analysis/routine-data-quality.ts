/**
 * The desk review of routine data: completeness, timeliness, consistency over time and between indicators.
 *
 * Every threshold is a parameter, for the review's own differ by indicator and country. Nothing due, nothing to compare
 * with or a missing side gives `null`, never 0; a share above 1 is kept, for it means duplicates.
 *
 * @see WHO, Data Quality Review: a toolkit for facility data quality assessment, module 2 (2017)
 */
import { DataError } from '../base/errors.ts'
import { describe } from './describe.ts'

export interface ReportingUnit {
  readonly unit: string
  /** Reports due in the period. */
  readonly expected: number
  readonly received: number
  /** Of the received, those by the deadline; `null` when it is not known. */
  readonly onTime?: number | null
}

export interface ReportingRate {
  readonly unit: string
  /** received / expected. */
  readonly completeness: number | null
  /** onTime / expected. */
  readonly timeliness: number | null
  /** Whether either lies below the threshold; `null` when nothing was due. */
  readonly flagged: boolean | null
}

/**
 * Completeness and timeliness of reporting, by unit and over all of them together.
 *
 * @throws DataError `data/value` for a count below 0, or a unit given twice
 * @example reportingRates([{ unit: 'a', expected: 12, received: 9 }]).units[0]?.completeness // 0.75
 */
export function reportingRates(
  units: readonly ReportingUnit[],
  options: { readonly threshold?: number } = {},
): { readonly units: readonly ReportingRate[]; readonly overall: Omit<ReportingRate, 'unit'> } {
  const threshold = options.threshold ?? 0.8
  refuseRepeats(units.map(({ unit }) => unit))
  for (const { unit, ...counts } of units) refuseNegative(unit, Object.values(counts))
  const total = {
    expected: sum(units.map(({ expected }) => expected)),
    received: sum(units.map(({ received }) => received)),
    onTime: units.some(({ onTime }) => (onTime ?? null) === null) ? null : sum(units.map(({ onTime }) => onTime ?? 0)),
  }
  return {
    units: units.map((each) => ({ unit: each.unit, ...ratesOf(each, threshold) })),
    overall: ratesOf(total, threshold),
  }
}

function ratesOf(
  { expected, received, onTime = null }: Omit<ReportingUnit, 'unit'>,
  threshold: number,
): Omit<ReportingRate, 'unit'> {
  const [completeness, timeliness] = [ratio(received, expected), ratio(onTime, expected)]
  const known = [completeness, timeliness].filter((rate) => rate !== null)
  return { completeness, timeliness, flagged: known.length === 0 ? null : known.some((rate) => rate < threshold) }
}

export interface IndicatorCompleteness {
  /** Reports in which the indicator has a value / reports received. */
  readonly present: number | null
  /** Reports in which it has a value other than 0 / reports received: zeros often stand for "not counted". */
  readonly nonZero: number | null
}

/** How often an indicator was filled in, among the reports that came: `null` in `values` is a report without it. */
export function indicatorCompleteness(values: readonly (number | null)[]): IndicatorCompleteness {
  const present = values.filter((value) => value !== null)
  return {
    present: ratio(present.length, values.length),
    nonZero: ratio(present.filter((value) => value !== 0).length, values.length),
  }
}

export interface YearOutliers {
  /** Where values lie 3 standard deviations or more from the mean of the unit's year. */
  readonly extreme: readonly number[]
  /** From 2 to below 3 standard deviations. */
  readonly moderate: readonly number[]
  /** Share of the values that are there; `null` without any. */
  readonly extremeShare: number | null
  /** One extreme value, or two moderate ones, in the year. */
  readonly flagged: boolean
}

/**
 * The outliers of one unit's year (twelve months, or what there is of them), by deviations from its own mean.
 *
 * With n values the largest deviation is (n − 1)/√n: twelve months can reach 3.18, ten never 3.
 *
 * @throws DataError `data/value` for a value that is not finite
 */
export function yearOutliers(
  values: readonly (number | null)[],
  options: { readonly moderate?: number; readonly extreme?: number } = {},
): YearOutliers {
  const limits = { moderate: options.moderate ?? 2, extreme: options.extreme ?? 3 }
  const { mean, sd, n } = describe(values)
  const sizes = values.map((value) => {
    return value === null || mean === null || sd === null || sd === 0 ? 0 : Math.abs(value - mean) / sd
  })
  const extreme = placesWhere(sizes, (size) => size >= limits.extreme)
  const moderate = placesWhere(sizes, (size) => size >= limits.moderate && size < limits.extreme)
  const flagged = extreme.length > 0 || moderate.length >= 2
  return { extreme, moderate, extremeShare: ratio(extreme.length, n), flagged }
}

export interface ConsistencyOverTime {
  readonly unit: string
  /** This year / mean of the years before. */
  readonly ratio: number | null
  /** `ratio` / the ratio of all units together. */
  readonly toNational: number | null
  /** More than the tolerance away from the national ratio; `null` when it cannot be said. */
  readonly flagged: boolean | null
}

/**
 * This year against the mean of the years before it, for each unit, and beside the ratio of all units together.
 * A unit with any year missing has no ratio: a mean over fewer years is another mean.
 *
 * @throws DataError `data/value` for a unit given twice
 */
export function consistencyOverTime(
  units: readonly {
    readonly unit: string
    readonly current: number | null
    readonly before: readonly (number | null)[]
  }[],
  options: { readonly tolerance?: number } = {},
): { readonly national: number | null; readonly units: readonly ConsistencyOverTime[] } {
  const tolerance = options.tolerance ?? 0.33
  refuseRepeats(units.map(({ unit }) => unit))
  const complete = units.flatMap(({ current, before }) => {
    const years = before.filter((value) => value !== null)
    const isComplete = current !== null && before.length > 0 && years.length === before.length
    return isComplete ? [{ current, mean: sum(years) / years.length }] : []
  })
  const national = ratio(sum(complete.map(({ current }) => current)), sum(complete.map(({ mean }) => mean)))
  return {
    national,
    units: units.map(({ unit, current, before }) => {
      const years = before.filter((value) => value !== null)
      const mean = years.length === before.length && years.length > 0 ? sum(years) / years.length : null
      return { unit, ...compared(ratio(current, mean), national, tolerance) }
    }),
  }
}

export interface PairConsistency {
  readonly unit: string
  /** The first indicator / the second. */
  readonly ratio: number | null
  readonly toNational: number | null
  readonly flagged: boolean | null
}

/**
 * Two indicators that should agree (first antenatal visits against first doses of DTP, say): their ratio by unit, beside
 * the national one.
 *
 * @throws DataError `data/value` for a unit given twice
 */
export function consistencyOfPair(
  units: readonly { readonly unit: string; readonly a: number | null; readonly b: number | null }[],
  options: { readonly tolerance?: number } = {},
): { readonly national: number | null; readonly units: readonly PairConsistency[] } {
  refuseRepeats(units.map(({ unit }) => unit))
  const both = units.filter(({ a, b }) => a !== null && b !== null)
  const national = ratio(sum(both.map(({ a }) => a ?? 0)), sum(both.map(({ b }) => b ?? 0)))
  const tolerance = options.tolerance ?? 0.33
  return { national, units: units.map(({ unit, a, b }) => ({ unit, ...compared(ratio(a, b), national, tolerance) })) }
}

/**
 * Of those who began (first dose), the share that did not finish (third dose); below 0, more finished than began, which is
 * an error of reporting.
 *
 * @example dropout(200, 150) // { rate: 0.25, flagged: false }
 */
export function dropout(
  began: number | null,
  finished: number | null,
): { readonly rate: number | null; readonly flagged: boolean | null } {
  const reached = ratio(finished, began)
  return reached === null ? { rate: null, flagged: null } : { rate: 1 - reached, flagged: reached > 1 }
}

/**
 * Recounted in the source register / reported: 1 is right, above 1 is under-reported. Flagged beyond the tolerance.
 *
 * @example verificationFactor(95, 100) // { ratio: 0.95, flagged: false }
 */
export function verificationFactor(
  recounted: number | null,
  reported: number | null,
  options: { readonly tolerance?: number } = {},
): { readonly ratio: number | null; readonly flagged: boolean | null } {
  return againstOne(ratio(recounted, reported), options.tolerance ?? 0.1)
}

/** Coverage by routine data / coverage by a survey; flagged more than a third away from 1. */
export function externalConsistency(
  routine: number | null,
  survey: number | null,
  options: { readonly tolerance?: number } = {},
): { readonly ratio: number | null; readonly flagged: boolean | null } {
  return againstOne(ratio(routine, survey), options.tolerance ?? 0.33)
}

/** One denominator / another for the same people (official against projected); flagged more than a tenth away from 1. */
export function denominatorConsistency(
  official: number | null,
  projected: number | null,
  options: { readonly tolerance?: number } = {},
): { readonly ratio: number | null; readonly flagged: boolean | null } {
  return againstOne(ratio(official, projected), options.tolerance ?? 0.1)
}

/** Periods that repeat the one before exactly, value by value over all elements: copied reports. Zero everywhere is none. */
export function copiedPeriods(periods: readonly (readonly (number | null)[])[]): number[] {
  return placesWhere(periods, (values, index) => {
    const before = periods[index - 1]
    const present = values.filter((value) => value !== null)
    if (before === undefined || before.length !== values.length || !present.some((value) => value !== 0)) return false
    return values.every((value, place) => value === before[place])
  })
}

/** Values other than 0 that so many units share in one period: rarely chance, often a copied form. */
export function sharedValues(
  values: readonly (number | null)[],
  options: { readonly atLeast?: number } = {},
): { readonly value: number; readonly units: readonly number[] }[] {
  const places = new Map<number, number[]>()
  for (const [place, value] of values.entries()) {
    if (value !== null && value !== 0) places.set(value, [...(places.get(value) ?? []), place])
  }
  return [...places]
    .filter(([, units]) => units.length >= (options.atLeast ?? 3))
    .map(([value, units]) => ({ value, units }))
    .toSorted((a, b) => b.units.length - a.units.length || a.value - b.value)
}

function compared(
  unit: number | null,
  national: number | null,
  tolerance: number,
): { readonly ratio: number | null; readonly toNational: number | null; readonly flagged: boolean | null } {
  const toNational = ratio(unit, national)
  return { ratio: unit, toNational, flagged: againstOne(toNational, tolerance).flagged }
}

function againstOne(
  value: number | null,
  tolerance: number,
): { readonly ratio: number | null; readonly flagged: boolean | null } {
  // 1e-12: 1.1 − 1 is a rounding error above a tenth
  return { ratio: value, flagged: value === null ? null : Math.abs(value - 1) > tolerance + 1e-12 }
}

function ratio(above: number | null, below: number | null): number | null {
  if (above === null || below === null || !(below > 0)) return null
  const value = above / below
  return Number.isFinite(value) ? value : null
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function placesWhere<Value>(values: readonly Value[], holds: (value: Value, index: number) => boolean): number[] {
  return values.flatMap((value, index) => (holds(value, index) ? [index] : []))
}

function refuseRepeats(units: readonly string[]): void {
  const repeated = units.toSorted().find((unit, index, sorted) => index > 0 && sorted[index - 1] === unit)
  if (repeated === undefined) return
  throw new DataError('data/value', `the unit "${repeated}" is given twice`, {
    hint: 'add its rows up first: one row for each unit',
  })
}

function refuseNegative(unit: string, counts: readonly (number | null)[]): void {
  const wrong = counts.find((count) => count !== null && !(count >= 0))
  if (wrong === undefined) return
  throw new DataError('data/value', `the unit "${unit}" has a count of ${wrong}`, { hint: 'counts are 0 or more' })
}
