/**
 * Which country ranks best on a weighted set of indicators, from a proper fact table?
 *
 * Source: sample data, or facts that are given for the sample's dimensions.
 * Dimensions get keys from 1 in the order of their members; facts refer to them by keys only. Only facts of the newest year
 * count. A missing fact is left out with its weight and the country is marked partial; an indicator whose values are all
 * equal gives each country 0.5 and is flagged.
 */
import { flow } from 'd2flow'
import { compositeIndex, dimension, factTable, minMaxScores, roundTo } from 'd2flow/analysis'
import { barChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const COUNTRIES = [
  { country: 'Norway', region: 'Nordic', populationMillions: 5.4 },
  { country: 'Sweden', region: 'Nordic', populationMillions: 10.4 },
  { country: 'Finland', region: 'Nordic', populationMillions: 5.5 },
  { country: 'Denmark', region: 'Nordic', populationMillions: 5.8 },
  { country: 'Germany', region: 'Central', populationMillions: 83 },
]
const YEARS = [2018, 2019, 2020, 2021, 2022].map((year) => ({
  year,
  decade: Math.floor(year / 10) * 10,
  is21stCentury: year >= 2000,
}))
const INDICATORS = [
  { indicator: 'life_expectancy', unit: 'years', higherIsBetter: true },
  { indicator: 'infant_mortality', unit: 'per 1000', higherIsBetter: false },
  { indicator: 'health_spending', unit: '% of GDP', higherIsBetter: true },
]

const Fact = z.object({ country: z.string(), year: z.int(), indicator: z.string(), value: z.number().nullable() })

type Fact = z.output<typeof Fact>

const Weight = z.number().min(0)

const Params = z.object({
  weights: z
    .tuple([Weight, Weight, Weight])
    .default([0.4, 0.35, 0.25])
    .describe('of life expectancy, infant mortality and health spending'),
  rows: z.array(Fact).nullable().default(null).describe('facts in place of the sample data'),
})

export const starSchema = flow({
  name: 'star-schema',
  params: Params,
  run: async ({ weights, rows }, ctx) => {
    const countries = dimension(COUNTRIES, ({ country }) => country)
    const years = dimension(YEARS, ({ year }) => String(year))
    const indicators = dimension(INDICATORS, ({ indicator }) => indicator)
    const { facts, unknown } = factTable(
      rows ?? sampleFacts(),
      {
        country: (row) => countries.keyOf(row.country),
        year: (row) => years.keyOf(String(row.year)),
        indicator: (row) => indicators.keyOf(row.indicator),
      },
      ({ value }) => value,
    )

    const newest = facts.reduce((last, { keys }) => Math.max(last, keys.year), 0)
    const scales = indicators.rows.map(({ key, indicator, higherIsBetter }) => {
      const values = countries.rows.map(
        (country) =>
          facts.find(({ keys }) => keys.year === newest && keys.indicator === key && keys.country === country.key)
            ?.value ?? null,
      )
      return { indicator, values, ...minMaxScores(values, { higherIsBetter }) }
    })
    const { ranked, missing } = compositeIndex(
      countries.rows.map(({ country }, at) => ({
        name: country,
        scores: Object.fromEntries(scales.map(({ indicator, scores }) => [indicator, roundTo(scores[at] ?? null, 4)])),
      })),
      Object.fromEntries(INDICATORS.map(({ indicator }, at) => [indicator, weights[at] ?? 0])),
    )
    const rankings = [...ranked, ...missing.map((row) => ({ ...row, rank: null }))].map(
      ({ rank, name, score, partial }) => ({ rank, country: name, score: roundTo(score, 4), partial }),
    )
    const flat = scales.filter(({ discriminates }) => !discriminates).map(({ indicator }) => indicator)
    const strangers = unknown.country + unknown.year + unknown.indicator

    const title = `Countries by three health indicators, ${YEARS.find((_, at) => at + 1 === newest)?.year ?? 'no year'}`
    const sample = rows === null
    await publishReport(ctx, {
      key: 'star-schema',
      title,
      sample,
      rows: rankings,
      paragraphs: [
        ranked[0] === undefined
          ? 'No country has a fact to be ranked by.'
          : `**${ranked[0].name}** ranks best, with ${roundTo(ranked[0].score, 4)} of 1.`,
        `${facts.length} facts over ${countries.rows.length} countries, ${years.rows.length} years and ${indicators.rows.length} indicators; ${strangers === 0 ? 'each refers to known members' : `${strangers} references are to members no dimension holds`}.`,
        flat.length === 0 ? 'Every indicator tells the countries apart.' : `Does not discriminate: ${flat.join(', ')}.`,
      ],
      chart: await barChart({
        title: titled(title, sample),
        subtitle: `weights ${weights.join(' / ')}`,
        unit: 'composite score, 0 to 1',
        decimals: 4,
        bars: rankings.map(({ country, score }) => ({ label: country, value: score })),
      }),
      method:
        'min–max over the countries of the newest year, turned round where lower is better; weighted mean over the weights that are there',
    })
    return {
      dimCounts: { country: countries.rows.length, time: years.rows.length, indicator: indicators.rows.length },
      factCount: facts.length,
      unknown,
      rankings,
      flat,
    }
  },
})

/** Made up: 10·c + 2·t + 5·k + ((c·t·k·7) mod 50), with keys from 1. */
function sampleFacts(): Fact[] {
  return COUNTRIES.flatMap(({ country }, c) =>
    YEARS.flatMap(({ year }, t) =>
      INDICATORS.map(({ indicator }, k) => ({
        country,
        year,
        indicator,
        value: 10 * (c + 1) + 2 * (t + 1) + 5 * (k + 1) + (((c + 1) * (t + 1) * (k + 1) * 7) % 50),
      })),
    ),
  )
}
