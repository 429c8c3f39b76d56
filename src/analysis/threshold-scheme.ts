/** Classes of a number by rising thresholds, checked once when they are defined. */
import { ConfigError } from '../base/errors.ts'

export interface Band {
  readonly label: string
  /** Where the band ends; `null` for the last, which is open. */
  readonly upTo: number | null
  /** As the reader's medium writes it: `#ffff00`, `255,255,0`. */
  readonly colour?: string
}

export interface ThresholdScheme {
  readonly bands: readonly Band[]
  /** The band to which a value exactly on a threshold belongs: the one that ends there, or the one that begins. */
  readonly edgeBelongsTo: 'lower' | 'upper'
}

/**
 * A scheme of bands in rising order, the last one open. A value on a threshold belongs to the band that ends there
 * (`≤`) unless `edgeBelongsTo` says `upper`.
 *
 * @throws ConfigError `config/params` when thresholds do not rise, a label is used twice, or the last band is not open
 * @example thresholdScheme([{ label: 'low', upTo: 10 }, { label: 'high', upTo: null }])
 */
export function thresholdScheme(
  bands: readonly Band[],
  options: { readonly edgeBelongsTo?: 'lower' | 'upper' } = {},
): ThresholdScheme {
  const labels = new Set<string>()
  let highest = -Infinity
  for (const [position, { label, upTo }] of bands.entries()) {
    if (labels.has(label)) throw refused(`the label "${label}" stands twice`)
    labels.add(label)
    const isLast = position === bands.length - 1
    if (isLast !== (upTo === null)) throw refused(`the band "${label}" must ${isLast ? 'be open' : 'have an end'}`)
    if (upTo === null) continue
    if (!(upTo > highest) || upTo === Infinity)
      throw refused(`the band "${label}" ends at ${upTo}, not above ${highest}`)
    highest = upTo
  }
  if (bands.length === 0) throw refused('there are no bands')
  return { bands, edgeBelongsTo: options.edgeBelongsTo ?? 'lower' }
}

function refused(reason: string): ConfigError {
  return new ConfigError('config/params', `no scheme of thresholds: ${reason}`, {
    hint: 'name bands with rising ends and distinct labels, the last with upTo: null',
  })
}
