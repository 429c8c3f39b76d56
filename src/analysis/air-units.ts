/**
 * Mass concentration and mixing ratio of gases.
 *
 * µg/m³ = ppb · M · P / (R · T), with the reference conditions as parameters: regulators differ (25 °C in the US, 20 °C in
 * Europe), and a conversion that does not say which is not reproducible. Convert before truncating.
 */
import { DataError } from '../base/errors.ts'

export type Gas = 'o3' | 'no2' | 'so2' | 'co'

/** Molar mass in g/mol, from the standard atomic weights (IUPAC 2021, abridged). */
const MOLAR_MASS: Readonly<Record<Gas, number>> = { o3: 47.997, no2: 46.005, so2: 64.058, co: 28.01 }

/** J/(mol·K), CODATA 2018 (exact). */
const GAS_CONSTANT = 8.314_462_618_153_24
const ZERO_CELSIUS_K = 273.15

export interface ReferenceConditions {
  /** °C. Default 25, as US EPA. */
  readonly temperatureC?: number
  /** hPa. Default 1013.25 (one atmosphere). */
  readonly pressureHpa?: number
}

/** µg/m³ that one ppb of the gas weighs, for example 1.96 for ozone at 25 °C and one atmosphere. */
export function ugM3PerPpb(gas: Gas, { temperatureC = 25, pressureHpa = 1013.25 }: ReferenceConditions = {}): number {
  const mass = MOLAR_MASS[gas]
  if (mass === undefined) {
    throw new DataError('data/units', `"${gas as string}" cannot be converted`, {
      hint: `use one of ${Object.keys(MOLAR_MASS).join(', ')}`,
    })
  }
  return (mass * pressureHpa) / (10 * GAS_CONSTANT * (temperatureC + ZERO_CELSIUS_K))
}

/** Parts per billion from µg/m³; null stays null. */
export function ppbFromUgM3(gas: Gas, concentrationUgM3: number, conditions?: ReferenceConditions): number
export function ppbFromUgM3(gas: Gas, concentrationUgM3: number | null, conditions?: ReferenceConditions): number | null
export function ppbFromUgM3(
  gas: Gas,
  concentrationUgM3: number | null,
  conditions?: ReferenceConditions,
): number | null {
  return concentrationUgM3 === null ? null : concentrationUgM3 / ugM3PerPpb(gas, conditions)
}

/** Parts per million from µg/m³; null stays null. */
export function ppmFromUgM3(gas: Gas, concentrationUgM3: number, conditions?: ReferenceConditions): number
export function ppmFromUgM3(gas: Gas, concentrationUgM3: number | null, conditions?: ReferenceConditions): number | null
export function ppmFromUgM3(
  gas: Gas,
  concentrationUgM3: number | null,
  conditions?: ReferenceConditions,
): number | null {
  const ppb = ppbFromUgM3(gas, concentrationUgM3, conditions)
  return ppb === null ? null : ppb / 1_000
}
