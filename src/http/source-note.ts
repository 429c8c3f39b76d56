/** What has to stand beside figures of a source, wherever they are shown. */

export interface SourceNote {
  readonly name: string
  readonly licence: string
}

/** A mirror, or the sandbox, is named: its figures are what it says, not what the source says. */
export function noteOf(
  { name, licence }: SourceNote,
  { address, isTheirs }: { readonly address: string; readonly isTheirs: boolean },
): SourceNote {
  return { name: isTheirs ? name : `${name}, as answered by ${address}`, licence }
}
