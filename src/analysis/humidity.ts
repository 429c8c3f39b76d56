/** Water in the air. Means of hours only: the relative humidity of mean temperatures is not the mean relative humidity. */

/**
 * Saturation vapour pressure in hPa over water, by Magnus' formula with the coefficients of Alduchov and Eskridge (1996):
 * 6.1094 · e^(17.625 T / (T + 243.04)), T in °C; within 0.4 % from −40 to 50 °C. `null` when missing or below −243 °C.
 */
export function saturationVapourPressureHPa(temperatureC: number | null): number | null {
  if (temperatureC === null || !(temperatureC > -243.04)) return null
  return finite(6.1094 * Math.exp((17.625 * temperatureC) / (temperatureC + 243.04)))
}

/**
 * Relative humidity in %, from temperature and dew point in °C. A dew point above the temperature, which rounding makes,
 * gives 100.
 *
 * @example relativeHumidity(20, 10) // 52.5…
 */
export function relativeHumidity(temperatureC: number | null, dewPointC: number | null): number | null {
  const [full, present] = [saturationVapourPressureHPa(temperatureC), saturationVapourPressureHPa(dewPointC)]
  return full === null || present === null || full === 0 ? null : Math.min(100, (100 * present) / full)
}

/** What the air could still take up, in hPa. `null` for a humidity outside 0–100. */
export function vapourPressureDeficitHPa(temperatureC: number | null, humidityPercent: number | null): number | null {
  const full = saturationVapourPressureHPa(temperatureC)
  if (full === null || humidityPercent === null || !(humidityPercent >= 0 && humidityPercent <= 100)) return null
  return full * (1 - humidityPercent / 100)
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
