/** Where the figures come from, for whoever shows them. */
import { noteOf, type SourceNote } from '../../src/http/source-note.ts'

/** Who answers when nobody says otherwise. */
export const PUBLIC_ADDRESS = 'https://api.worldbank.org'

/** The licence is that of most indicators; a few have terms of their own, which `indicatorInfo` names. */
const BANK: SourceNote = { name: 'World Bank, World Development Indicators', licence: 'CC BY 4.0' }

export function sourceNote(baseUrl: string): SourceNote {
  return noteOf(BANK, { address: baseUrl, isTheirs: baseUrl === PUBLIC_ADDRESS })
}
