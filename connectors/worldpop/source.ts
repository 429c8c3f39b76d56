/** Where the figures come from, for whoever shows them. */
import { noteOf, type SourceNote } from '../../src/http/source-note.ts'

const WORLDPOP: SourceNote = { name: 'WorldPop, University of Southampton', licence: 'CC BY 4.0' }

export function sourceNote(statsUrl: string): SourceNote {
  return noteOf(WORLDPOP, { address: statsUrl, isTheirs: new URL(statsUrl).hostname.endsWith('worldpop.org') })
}
