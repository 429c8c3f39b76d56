/** The door `d2flow/connectors/open-meteo`. */
export { openMeteo } from './block.ts'
export {
  createOpenMeteoClient,
  OpenMeteoConnection,
  type AirQualityQuery,
  type OpenMeteoClient,
  type OpenMeteoSettings,
  type Place,
} from './client.ts'
export { AIR_VARIABLES, type AirHour, type AirQuality, type AirVariable } from './schemas.ts'
