/** The units that climate data come in, and those that people read. Each conversion says both in its name. */

export const celsiusFromKelvin = (kelvin: number): number => kelvin - 273.15
export const celsiusFromFahrenheit = (fahrenheit: number): number => (fahrenheit - 32) / 1.8
export const fahrenheitFromCelsius = (celsius: number): number => celsius * 1.8 + 32
export const mmFromMetres = (metres: number): number => metres * 1000

/**
 * ERA5's monthly means of precipitation are metres for a day: times the days of the month, in mm.
 *
 * @example monthlyMmFromDailyMetres(0.002, 30) // 60
 */
export const monthlyMmFromDailyMetres = (metresPerDay: number, days: number): number => metresPerDay * days * 1000

/** Energy on a square metre over a time as power: J/m² gathered over so many hours as W/m². */
export const wattsFromJoules = (joulesPerM2: number, hours: number): number => joulesPerM2 / (hours * 3600)
