/**
 * Does a quantity that cannot depend on the other one still seem to correlate with it?
 *
 * Source: sample data: daily earthquakes, temperature and air pressure, all made up; or rows that are given.
 * Two tests are made, and the text says so: of twenty tests of nothing, one is significant at 0.05.
 */
import { flow } from 'd2flow'
import { pearson, roundTo } from 'd2flow/analysis'
import { scatterChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const Day = z.object({
  date: z.string(),
  quakes: z.number().nullable(),
  temperatureC: z.number().nullable(),
  pressureHpa: z.number().nullable(),
})

type Day = z.output<typeof Day>

const Params = z.object({
  days: z.int().min(0).max(100_000).default(365).describe('days of sample data'),
  alpha: z.number().gt(0).lt(1).default(0.05).describe('p below this is called significant'),
  rows: z.array(Day).nullable().default(null).describe('days in place of the sample data'),
})

export const hypothesisTesting = flow({
  name: 'hypothesis-testing',
  params: Params,
  async run({ days, alpha, rows }, ctx) {
    const table = rows ?? Array.from({ length: days }, (_, day) => sampleDay(day))
    const quakes = table.map((day) => day.quakes)
    const tests = [
      testAgainst(
        'temperature',
        quakes,
        table.map(({ temperatureC }) => temperatureC),
        alpha,
      ),
      testAgainst(
        'pressure',
        quakes,
        table.map(({ pressureHpa }) => pressureHpa),
        alpha,
      ),
    ]

    const sample = rows === null
    const title = 'Earthquakes against the weather'
    const significant = tests.filter((test) => test.significant)
    await publishReport(ctx, {
      key: 'hypothesis-testing',
      title,
      sample,
      // the text stands above, test by test
      rows: tests.map(({ against, r, n, p, significant, strength, direction }) => ({
        against,
        r,
        n,
        p,
        significant,
        strength,
        direction,
      })),
      paragraphs: [
        significant.length === 0
          ? `**No.** Neither temperature nor pressure correlates with the number of earthquakes at ${alpha}.`
          : `**It seems so, and that is chance**: significant at ${alpha} is ${significant.map(({ against }) => against).join(' and ')}.`,
        ...tests.map(({ against, text }) => `${against}: ${text}.`),
        `${tests.length} tests were made. The null hypothesis is that the two have nothing to do with each other; a small p says that chance alone would rarely give such an r, not how strong the link is, and not that one makes the other.`,
      ],
      chart: await scatterChart({
        title: titled(title, sample),
        subtitle: tests[0]?.text,
        xName: 'temperature, °C',
        yName: 'earthquakes a day',
        points: table.map(({ temperatureC, quakes: count }) => ({ x: temperatureC, y: count })),
      }),
      method: "Pearson's r; t = r·√((n−2)/(1−r²)) with n − 2 degrees of freedom, two-sided p",
    })
    return { tests, testsMade: tests.length, alpha, days: table.length }
  },
})

function testAgainst(
  against: string,
  quakes: readonly (number | null)[],
  values: readonly (number | null)[],
  alpha: number,
) {
  const found = pearson(quakes, values)
  if (found.r === null) {
    const text = found.n < 3 ? 'Insufficient data' : `No correlation (${found.reason})`
    return { against, r: null, n: found.n, p: null, significant: false, strength: null, direction: null, text }
  }
  const { n, p } = found
  const r = roundTo(found.r, 4)
  const strength = strengthOf(Math.abs(found.r))
  const direction = found.r >= 0 ? 'positive' : 'negative'
  return {
    against,
    r,
    n,
    p,
    significant: p < alpha,
    strength,
    direction,
    text: `${strength.charAt(0).toUpperCase()}${strength.slice(1)} ${direction} correlation (r=${r}, n=${n}, p=${p.toPrecision(3)})`,
  }
}

/** A word for size only; significance comes from p. */
function strengthOf(size: number): 'negligible' | 'weak' | 'moderate' | 'strong' | 'very strong' {
  if (size < 0.1) return 'negligible'
  if (size < 0.3) return 'weak'
  if (size < 0.5) return 'moderate'
  return size < 0.7 ? 'strong' : 'very strong'
}

/** Quakes from a generator that knows nothing of the season; temperature and pressure from the season alone. */
function sampleDay(day: number): Day {
  // beyond 2^53 numbers lose digits, so that the generator counts in big integers
  const mixed = ((BigInt(day) * 2_654_435_761n + 42n) * 1_103_515_245n + 12_345n) % 2n ** 31n
  const angle = (2 * Math.PI * day) / 365
  return {
    date: `day_${String(day).padStart(3, '0')}`,
    quakes: Number(mixed % 5n),
    temperatureC: roundTo(15 + 10 * Math.sin(angle), 1),
    pressureHpa: roundTo(1_013 + 5 * Math.cos(angle + 1), 1),
  }
}
