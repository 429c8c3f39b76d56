/**
 * Which countries are densest, and how are they linked?
 *
 * Source: sample data: five Nordic countries with rounded figures, their languages, currencies and land borders; or
 * countries that are given. A border is told once from either side: two directed edges.
 */
import { flow } from 'd2flow'
import { populationDensity, rankDescending, roundTo } from 'd2flow/analysis'
import { barChart, formatNumber } from 'd2flow/render'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport, titled } from '../publish-report.ts'

const Country = z.object({
  iso3: CountryCode,
  name: z.string(),
  population: z.number().min(0).nullable(),
  areaKm2: z.number().min(0).nullable(),
  languages: z.array(z.string()),
  currencies: z.array(z.string()),
  borders: z.array(z.string()).describe('ISO 3166-1 alpha-3 codes of neighbours by land'),
})

const SAMPLE: z.output<typeof Country>[] = [
  country('NOR', 'Norway', 5_400_000, 385_207, ['Norwegian', 'Sami'], ['NOK'], ['SWE', 'FIN', 'RUS']),
  country('SWE', 'Sweden', 10_400_000, 450_295, ['Swedish'], ['SEK'], ['NOR', 'FIN']),
  country('FIN', 'Finland', 5_500_000, 338_424, ['Finnish', 'Swedish'], ['EUR'], ['NOR', 'SWE', 'RUS']),
  country('DNK', 'Denmark', 5_800_000, 42_933, ['Danish'], ['DKK'], ['DEU']),
  country('ISL', 'Iceland', 370_000, 103_000, ['Icelandic'], ['ISK'], []),
]

const Params = z.object({
  rows: z.array(Country).min(1).nullable().default(null).describe('countries in place of the sample'),
})

export const demographicAnalysis = flow({
  name: 'demographic-analysis',
  params: Params,
  async run({ rows }, ctx) {
    const countries = (rows ?? SAMPLE).map((row) => {
      const density = populationDensity(row.population, row.areaKm2)
      return { ...row, densityPerKm2: roundTo(density, 2) }
    })
    const bridge = (of: 'languages' | 'currencies') =>
      countries.flatMap((row) => row[of].map((member) => ({ iso3: row.iso3, [of.slice(0, -1)]: member })))
    const edges = countries.flatMap(({ iso3, borders }) => borders.map((to) => ({ from: iso3, to })))
    const byPopulation = rankDescending(countries, ({ population }) => population)
    const byDensity = rankDescending(countries, ({ densityPerKm2 }) => densityPerKm2)
    const shared = sharedMembers(countries)

    const sample = rows === null
    const title = 'Countries by density'
    const densest = byDensity.ranked[0]
    await publishReport(ctx, {
      key: 'demographic-analysis',
      title,
      sample,
      rows: [...byDensity.ranked, ...byDensity.missing.map((row) => ({ ...row, rank: null }))].map((row) => ({
        rank: row.rank,
        country: row.name,
        population: row.population,
        areaKm2: row.areaKm2,
        densityPerKm2: row.densityPerKm2,
        languages: row.languages.join(', '),
        currencies: row.currencies.join(', '),
        borders: row.borders.join(', '),
      })),
      paragraphs: [
        densest === undefined
          ? 'No country has a population and an area.'
          : `**${densest.name}** is the densest, with ${formatNumber(densest.densityPerKm2, 1)} people per km²; ${byPopulation.ranked[0]?.name} has the most people.`,
        `${edges.length} borders lead from these countries; ${shared.length === 0 ? 'they share no language' : `shared languages: ${shared.join(', ')}`}.`,
        byDensity.missing.length === 0
          ? 'No figure was missing.'
          : `Without a density: ${byDensity.missing.map(({ name }) => name).join(', ')}.`,
      ],
      chart: await barChart({
        title: titled(title, sample),
        unit: 'people per km²',
        decimals: 1,
        bars: [...byDensity.ranked, ...byDensity.missing].map(({ name, densityPerKm2 }) => ({
          label: name,
          value: densityPerKm2,
        })),
      }),
      method: 'density = population / area; no population or no area: no density',
    })
    return {
      countries,
      countryLanguages: bridge('languages'),
      countryCurrencies: bridge('currencies'),
      borders: edges,
      byPopulation: byPopulation.ranked.map(({ iso3 }) => iso3),
      byDensity: byDensity.ranked.map(({ iso3 }) => iso3),
    }
  },
})

/** Languages that more than one of the countries speaks, in order. */
function sharedMembers(countries: readonly { readonly languages: readonly string[] }[]): string[] {
  const all = countries.flatMap(({ languages }) => languages)
  return [...new Set(all.filter((language, at) => all.indexOf(language) !== at))].toSorted()
}

function country(
  iso3: string,
  name: string,
  population: number,
  areaKm2: number,
  languages: string[],
  currencies: string[],
  borders: string[],
): z.output<typeof Country> {
  return { iso3, name, population, areaKm2, languages, currencies, borders }
}
