/** The door `d2flow/connectors/open-meteo`. */
export { openMeteo } from './block.ts'
export {
  createOpenMeteoClient,
  OpenMeteoConnection,
  type AirQualityQuery,
  type ArchiveQuery,
  type ForecastQuery,
  type OpenMeteoClient,
  type OpenMeteoSettings,
  type Place,
} from './client.ts'
export { AIR_VARIABLES, type AirHour, type AirQuality, type AirVariable } from './air-quality.ts'
export { FREE_CALLS, weightedCalls } from './limits.ts'
export type { SourceNote } from '../../src/http/source-note.ts'
export { WEATHER_VARIABLES, type Weather, type WeatherHour, type WeatherVariable } from './weather.ts'
