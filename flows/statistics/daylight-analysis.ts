/**
 * How does day length vary with latitude?
 *
 * Source: a model of the flow's own, a cosine over the months whose height grows with latitude. It is not astronomy: the
 * real day at 69.6° north is 24 hours long in June. Days are longest in June in the north and in December in the south.
 */
import { flow } from 'd2flow'
import { pearson, roundTo } from 'd2flow/analysis'
import { lineChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const LONGEST_MONTH = 6
/** Hours by which the day is longer or shorter than twelve, at the pole. */
const HOURS_AT_POLE = 6

const Params = z.object({
  cities: z
    .array(z.object({ name: z.string(), latitude: z.number().min(-90).max(90) }))
    .min(1)
    .default([
      { name: 'Tromso', latitude: 69.6 },
      { name: 'Oslo', latitude: 59.9 },
      { name: 'London', latitude: 51.5 },
      { name: 'Nairobi', latitude: -1.3 },
    ])
    .describe('names, and degrees north'),
})

export const daylightAnalysis = flow({
  name: 'daylight-analysis',
  params: Params,
  async run({ cities }, ctx) {
    const profiles = cities.map(({ name, latitude }) => {
      const hours = MONTHS.map((_, at) => dayLength(latitude, at + 1))
      const [min, max] = [Math.min(...hours), Math.max(...hours)]
      return {
        city: name,
        latitude,
        hours: hours.map((value) => roundTo(value, 2)),
        sunrise: hours.map((value) => roundTo(12 - value / 2, 2)),
        min: roundTo(min, 2),
        max: roundTo(max, 2),
        amplitude: roundTo(max - min, 2),
        ratio: roundTo(max / min, 2),
        longest: MONTHS[hours.indexOf(max)] ?? '',
      }
    })
    const found = pearson(
      profiles.map(({ latitude }) => Math.abs(latitude)),
      profiles.map(({ amplitude }) => amplitude),
    )
    const correlation = roundTo(found.r, 4)

    const widest = profiles.reduce((most, profile) => (profile.amplitude > most.amplitude ? profile : most))
    const title = 'Day length by month'
    await publishReport(ctx, {
      key: 'daylight-analysis',
      title,
      sample: true,
      rows: profiles.map(({ city, latitude, min, max, amplitude, ratio, longest }) => ({
        city,
        latitude,
        min,
        max,
        amplitude,
        ratio,
        longest,
      })),
      paragraphs: [
        `The farther from the equator, the more day length varies: most in **${widest.city}**, between ${widest.min} and ${widest.max} hours.`,
        found.r === null
          ? `Latitude and amplitude have no correlation: ${found.reason}.`
          : `Latitude without its sign and amplitude: r = ${correlation}, n = ${found.n}. The model makes one from the other, so this proves nothing.`,
        'These hours come from a simple model, not from astronomy.',
      ],
      chart: await lineChart({
        title: titled(title, true),
        unit: 'hours',
        positions: MONTHS,
        lines: profiles.map(({ city, hours }) => ({ label: city, values: hours })),
        note: 'A model, not astronomy.',
      }),
      method: `12 + |latitude|/90·${HOURS_AT_POLE}·cos(2π(month − ${LONGEST_MONTH})/12), with the other sign south of the equator, held to 0.5–23.5 hours`,
    })
    return { profiles, correlation }
  },
})

/** Hours, of a model. */
function dayLength(latitude: number, month: number): number {
  const swing = (Math.abs(latitude) / 90) * HOURS_AT_POLE * Math.cos((2 * Math.PI * (month - LONGEST_MONTH)) / 12)
  return Math.min(23.5, Math.max(0.5, latitude >= 0 ? 12 + swing : 12 - swing))
}
