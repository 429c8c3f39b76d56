/** What has to stand beside figures of this source, wherever they are shown. */

export interface SourceNote {
  readonly name: string
  /** The free service is for non-commercial use. */
  readonly licence: string
}

/** A mirror, or the sandbox, is named: its figures are what it says, not what Open-Meteo says. */
export function sourceNote(baseUrl: string): SourceNote {
  const answeredBy = new URL(baseUrl).hostname.endsWith('.open-meteo.com') ? '' : `, as answered by ${baseUrl}`
  return { name: `Open-Meteo.com${answeredBy}`, licence: 'CC BY 4.0' }
}
