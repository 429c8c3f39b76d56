/** The door `d2flow/connectors/worldpop`. */
export { worldPop } from './block.ts'
export {
  createWorldPopClient,
  FIRST_YEAR,
  LAST_YEAR,
  WorldPopConnection,
  type PopulationAnswer,
  type PopulationPolygon,
  type PopulationQuestion,
  type WorldPopClient,
  type WorldPopSettings,
} from './client.ts'
export { WorldPopError, type WorldPopCode } from './errors.ts'
export type { CatalogueEntry } from './schemas.ts'
export type { SourceNote } from '../../src/http/source-note.ts'
