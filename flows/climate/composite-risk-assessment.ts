/**
 * Which location carries the highest combined marine and flood risk?
 *
 * Source: sample data, or the readings that are given.
 * Each factor is brought to 0–100 between two fixed bounds, the mean of each source is weighted, and the class is read off
 * the unrounded sum. A location without one of the sources is scored by the other and marked partial; one without any has
 * no score, which is not a low one.
 */
import { flow } from 'd2flow'
import { compositeRisk, describe, normalise, roundTo, type RiskCategory } from 'd2flow/analysis'
import { barChart, formatCount } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

/** Between which values a factor goes from no risk to full risk: metres, seconds, cubic metres a second. */
const BOUNDS: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  wave: { min: 0.5, max: 5 },
  swell: { min: 4, max: 14 },
  discharge: { min: 0.3, max: 2.5 },
}
const OTHER_BOUNDS = { min: 0, max: 10 }

const COLOURS: Readonly<Record<RiskCategory, string>> = {
  low: '#009e73',
  moderate: '#e69f00',
  high: '#d55e00',
  critical: '#7a1f1f',
}

const Reading = z.object({
  location: z.string(),
  source: z.enum(['marine', 'flood']),
  factor: z.string().describe('wave (m), swell (s), discharge (m³/s), or another one on a scale of 0 to 10'),
  value: z.number().nullable(),
})

type Reading = z.output<typeof Reading>

const Weight = z.number().min(0).max(1)

const Params = z.object({
  locations: z
    .array(z.string())
    .min(1)
    .default(['Coastal-A', 'Coastal-B', 'Coastal-C', 'Inland-D'])
    .describe('names of the locations'),
  marineWeight: Weight.default(0.6).describe('share of the marine factors; both weights add up to 1'),
  floodWeight: Weight.default(0.4).describe('share of the flood factors'),
  rows: z.array(Reading).nullable().default(null).describe('readings in place of the sample data'),
})

export const compositeRiskAssessment = flow({
  name: 'composite-risk-assessment',
  params: Params,
  async run({ locations, marineWeight, floodWeight, rows }, ctx) {
    const readings = rows ?? locations.flatMap(sampleReadings)
    const elsewhere = readings.filter(({ location }) => !locations.includes(location))
    const places = locations.map((location) =>
      assess(
        location,
        readings.filter((reading) => reading.location === location),
        { marine: marineWeight, flood: floodWeight },
      ),
    )

    const scored = places.filter(({ composite }) => composite !== null)
    const highest = scored.reduce<(typeof places)[number] | null>(
      (worst, place) => ((place.composite ?? 0) > (worst?.composite ?? -1) ? place : worst),
      null,
    )
    const categoryCounts = Object.fromEntries(
      Object.keys(COLOURS).map((name) => [name, scored.filter(({ category }) => category === name).length]),
    )
    const unscored = places.filter(({ composite }) => composite === null).map(({ location }) => location)
    const partial = places.filter((place) => place.partial).map(({ location }) => location)

    const title = 'Marine and flood risk'
    await publishReport(ctx, {
      key: 'composite-risk-assessment',
      title,
      sample: rows === null,
      rows: places.map(({ location, marineScore, floodScore, score, category, coverage, partial: isPartial }) => ({
        location,
        'marine score': marineScore,
        'flood score': floodScore,
        score,
        category,
        coverage: roundTo(coverage, 2),
        partial: isPartial,
      })),
      paragraphs: [
        highest === null
          ? 'No location has a factor to be scored by.'
          : `**${highest.location}** carries the highest risk: ${highest.score} of 100, ${highest.category}.`,
        unscored.length === 0
          ? 'Every location has a score.'
          : `Without any factor, and so without a score: ${unscored.join(', ')}.`,
        ...(partial.length === 0 ? [] : [`Scored by one source only: ${partial.join(', ')}.`]),
        ...(elsewhere.length === 0 ? [] : [leftOut(elsewhere)]),
      ],
      chart: await barChart({
        title: titled(title, rows === null),
        subtitle: `marine factors ${marineWeight}, flood factors ${floodWeight}`,
        unit: 'score, 0 to 100',
        decimals: 1,
        bars: places.map(({ location, score, category }) => ({
          label: location,
          value: score,
          colour: category === null ? undefined : COLOURS[category],
        })),
        levels: [
          { label: 'moderate', value: 25 },
          { label: 'high', value: 50 },
          { label: 'critical', value: 75 },
        ],
      }),
      method:
        'factors held to 0–100 between fixed bounds, means by source, weighted arithmetic mean; classes begin at 25, 50 and 75 and are read off the unrounded score',
    })
    if (unscored.length > 0) ctx.log.warn(`no factor for ${unscored.join(', ')}`)
    if (elsewhere.length > 0) ctx.warn(leftOut(elsewhere))
    return {
      locations: places.map(({ composite, ...place }) => ({ ...place, unrounded: composite })),
      highestRisk: highest?.location ?? null,
      categoryCounts,
      unscored,
      leftOut: elsewhere.length,
    }
  },
})

function leftOut(readings: readonly Reading[]): string {
  const names = [...new Set(readings.map(({ location }) => location))].join(', ')
  return `${formatCount(readings.length, 'reading')} of places that were not asked for: ${names}`
}

/** Made up: waves, swell and discharge that grow with the position of the location (from 0). */
function sampleReadings(location: string, at: number): Reading[] {
  const reading = (source: Reading['source'], factor: string, value: number) => ({
    location,
    source,
    factor,
    value: roundTo(value, 2),
  })
  return [
    reading('marine', 'wave', 1 + 0.8 * at),
    reading('marine', 'swell', 6 + 1.5 * at),
    reading('flood', 'discharge', 0.5 + 0.4 * at),
  ]
}

function assess(
  location: string,
  readings: readonly Reading[],
  weights: { readonly marine: number; readonly flood: number },
) {
  const factors = readings.map(({ source, factor, value }) => ({
    source,
    factor,
    value,
    score: normalise(value, BOUNDS[factor] ?? OTHER_BOUNDS),
  }))
  const meanOf = (source: Reading['source']) =>
    describe(factors.filter((factor) => factor.source === source).map(({ score }) => score)).mean
  const [marine, flood] = [meanOf('marine'), meanOf('flood')]
  const risk = compositeRisk([
    { score: marine, weight: weights.marine },
    { score: flood, weight: weights.flood },
  ])
  return {
    location,
    factors: factors.map((factor) => ({ ...factor, score: roundTo(factor.score, 1) })),
    marineScore: roundTo(marine, 1),
    floodScore: roundTo(flood, 1),
    composite: risk?.score ?? null,
    score: roundTo(risk?.score ?? null, 1),
    category: risk?.category ?? null,
    coverage: risk?.coverage ?? 0,
    partial: risk !== null && (marine === null || flood === null),
  }
}
