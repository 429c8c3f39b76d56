/** What has to stand beside figures of this source, wherever they are shown. */

/** Who answers when nobody says otherwise. */
export const PUBLIC_ADDRESS = 'https://api.worldbank.org'

export interface SourceNote {
  readonly name: string
  /** Of most indicators; a few have terms of their own, which `indicatorInfo` names. */
  readonly licence: string
}

/** A mirror, or the sandbox, is named: its figures are what it says, not what the Bank says. */
export function sourceNote(baseUrl: string): SourceNote {
  const answeredBy = baseUrl === PUBLIC_ADDRESS ? '' : `, as answered by ${baseUrl}`
  return { name: `World Bank, World Development Indicators${answeredBy}`, licence: 'CC BY 4.0' }
}
