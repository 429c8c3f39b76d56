/** Where the figures come from, for whoever shows them. */
import { noteOf, type SourceNote } from '../../src/http/source-note.ts'

/** The free service is for non-commercial use. */
const OPEN_METEO: SourceNote = { name: 'Open-Meteo.com', licence: 'CC BY 4.0' }

export function sourceNote(baseUrl: string): SourceNote {
  return noteOf(OPEN_METEO, { address: baseUrl, isTheirs: new URL(baseUrl).hostname.endsWith('.open-meteo.com') })
}
