/** How hot it feels, and how cool sweat can make: heat index and wet bulb temperature. */
import { celsiusFromFahrenheit, fahrenheitFromCelsius } from './climate-units.ts'

/**
 * The heat index of the US National Weather Service in °C (Rothfusz 1990): the simple form of Steadman where it is below
 * 80 °F, else the regression with its two adjustments. `null` when missing, or for a humidity outside 0–100 %.
 *
 * @see NWS Weather Prediction Center, "The Heat Index Equation"
 * @example heatIndexC(35, 60) // about 45
 */
export function heatIndexC(temperatureC: number | null, humidityPercent: number | null): number | null {
  if (temperatureC === null || humidityPercent === null || !Number.isFinite(temperatureC)) return null
  if (!(humidityPercent >= 0 && humidityPercent <= 100)) return null
  const [t, r] = [fahrenheitFromCelsius(temperatureC), humidityPercent]
  const simple = 0.5 * (t + 61 + 1.2 * (t - 68) + 0.094 * r)
  const mean = (simple + t) / 2
  return celsiusFromFahrenheit(mean < 80 ? mean : rothfusz(t, r))
}

/**
 * Wet bulb temperature in °C at sea-level pressure, by Stull's formula (2011), within about 1 °C. `null` where the formula
 * was not made for: humidity outside 5–99 %, temperature outside −20 to 50 °C.
 *
 * @see Stull, Wet-Bulb Temperature from Relative Humidity and Air Temperature, J. Appl. Meteor. Climatol. 50
 * @example wetBulbC(20, 50) // 13.7
 */
export function wetBulbC(temperatureC: number | null, humidityPercent: number | null): number | null {
  if (temperatureC === null || !(temperatureC >= -20 && temperatureC <= 50)) return null
  if (humidityPercent === null || !(humidityPercent >= 5 && humidityPercent <= 99)) return null
  const [t, rh] = [temperatureC, humidityPercent]
  return (
    t * Math.atan(0.151977 * Math.sqrt(rh + 8.313659)) +
    Math.atan(t + rh) -
    Math.atan(rh - 1.676331) +
    0.00391838 * rh ** 1.5 * Math.atan(0.023101 * rh) -
    4.686035
  )
}

/** In °F and %, with the adjustments for very dry and very damp air. */
function rothfusz(t: number, r: number): number {
  const index =
    -42.379 +
    2.04901523 * t +
    10.14333127 * r -
    0.22475541 * t * r -
    0.00683783 * t * t -
    0.05481717 * r * r +
    0.00122874 * t * t * r +
    0.00085282 * t * r * r -
    0.00000199 * t * t * r * r
  if (r < 13 && t >= 80 && t <= 112) return index - ((13 - r) / 4) * Math.sqrt((17 - Math.abs(t - 95)) / 17)
  if (r > 85 && t >= 80 && t <= 87) return index + ((r - 85) / 10) * ((87 - t) / 5)
  return index
}
