/** Is this week as other years' weeks were? Quartiles of the past by season, and the zone of a count among them. */
import { DataError } from '../base/errors.ts'
import type { Column } from './paired.ts'
import { quantile } from './quantile.ts'

export interface ChannelSeason {
  readonly lower: number
  readonly median: number
  readonly upper: number
  /** Years that had a value. */
  readonly years: number
}

export type ChannelZone = 'success' | 'safety' | 'alert' | 'epidemic'

/**
 * The endemic channel: quartiles (R type 7) of each week or month over the years given. Leave out years of an outbreak, or
 * the next outbreak will look usual. `null` for a season with fewer than `minimumYears` (3).
 *
 * @param years one list for each year, seasons in order; a year may lack its 53rd week
 * @throws DataError `data/value` for a value that is not finite
 * @see Bortman (1999), Elaboración de corredores o canales endémicos, Rev Panam Salud Pública 5
 */
export function epidemicChannel(
  years: readonly Column[],
  options: { readonly minimumYears?: number } = {},
): (ChannelSeason | null)[] {
  const seasons = years.reduce((most, year) => Math.max(most, year.length), 0)
  return Array.from({ length: seasons }, (_, season) => {
    const values = years.flatMap((year) => year[season] ?? [])
    const [lower, median, upper] = [quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)]
    if (lower === null || median === null || upper === null) return null
    return values.length < (options.minimumYears ?? 3) ? null : { lower, median, upper, years: values.length }
  })
}

/**
 * Up to the lower quartile success, to the median safety, to the upper quartile alert, above it epidemic. `null` for a
 * missing count, or a season without a channel.
 *
 * @throws DataError `data/value` for a count below 0 or not finite
 */
export function channelZone(count: number | null, season: ChannelSeason | null): ChannelZone | null {
  if (count === null || season === null) return null
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new DataError('data/value', `${count} is no count`, { hint: 'counts are finite numbers from 0' })
  }
  if (count <= season.lower) return 'success'
  if (count <= season.median) return 'safety'
  return count <= season.upper ? 'alert' : 'epidemic'
}
