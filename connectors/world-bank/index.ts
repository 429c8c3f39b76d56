/** The door `d2flow/connectors/world-bank`. */
export { worldBank } from './block.ts'
export {
  createWorldBankClient,
  WorldBankConnection,
  type IndicatorQuery,
  type WorldBankClient,
  type WorldBankSettings,
} from './client.ts'
export { WorldBankError, type WorldBankCode } from './errors.ts'
export type { SourceNote } from '../../src/http/source-note.ts'
export type { IndicatorRow, WorldBankCountry, WorldBankIndicator } from './schemas.ts'
