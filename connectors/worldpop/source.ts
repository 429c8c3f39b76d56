/** What has to stand beside figures of this source, wherever they are shown. */

export interface SourceNote {
  readonly name: string
  readonly licence: string
}

/** A mirror, or the sandbox, is named: its figures are what it says, not what WorldPop says. */
export function sourceNote(statsUrl: string): SourceNote {
  const answeredBy = new URL(statsUrl).hostname.endsWith('worldpop.org') ? '' : `, as answered by ${statsUrl}`
  return { name: `WorldPop, University of Southampton${answeredBy}`, licence: 'CC BY 4.0' }
}
