/**
 * What happens in each window?
 *
 * Source: values given as parameters; with none given, made-up ones from a seed, the same for the same seed.
 * Windows follow each other without overlap; the last may be shorter. Each has its mean, standard deviation of a sample and
 * median; an anomaly lies more than three standard deviations from the mean of its window. The trend compares the mean with
 * that of the window before: rising or falling when it changed by more than 2. A missing value is counted and not read as 0.
 */
import { flow } from 'd2flow'
import { describe, roundTo, seededRandom } from 'd2flow/analysis'
import { lineChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

/** More than this between two means is a trend. */
const TREND_STEP = 2

const ANOMALY_AT_SDS = 3

export const streamingBatch = flow({
  name: 'streaming-batch',
  params: z.object({
    values: z.array(z.number().nullable()).nullable().default(null).describe('in order; null is sample data'),
    count: z.int().min(0).default(100).describe('how many sample values'),
    seed: z.int().default(42).describe('of the sample values'),
    windowSize: z.int().min(2).default(20).describe('values in each window'),
  }),
  async run({ values: given, count, seed, windowSize }, ctx) {
    const values = given ?? sampleValues(count, seed)
    const windows: ReturnType<typeof windowOf>[] = []
    for (let start = 0; start < values.length; start += windowSize) {
      const before = windows.at(-1)?.mean ?? null
      windows.push(windowOf(windows.length + 1, values.slice(start, start + windowSize), before))
      ctx.progress(Math.min(start + windowSize, values.length), values.length, 'values')
    }

    const anomalies = windows.reduce((sum, window) => sum + window.anomalies.length, 0)
    const missing = windows.reduce((sum, window) => sum + window.missing, 0)
    const sample = given === null
    await publishReport(ctx, {
      key: 'streaming-batch',
      title: 'Windows of the stream',
      sample,
      rows: windows.map(({ window, n, mean, sd, median, trend, anomalies: own, missing: ownMissing }) => ({
        window,
        n,
        mean: roundTo(mean, 4),
        sd: roundTo(sd, 4),
        median: roundTo(median, 4),
        trend,
        anomalies: own.length,
        missing: ownMissing,
      })),
      paragraphs: [
        `**${windows.length} windows** of ${windowSize} values hold ${anomalies} anomalies.`,
        missing === 0 ? 'No value was missing.' : `${missing} of ${values.length} values were missing.`,
      ],
      chart: await chartOf(windows, sample),
      method: `an anomaly lies more than ${ANOMALY_AT_SDS} standard deviations (of a sample) from the mean of its window`,
    })
    return { windows, anomalies, missing }
  },
})

function windowOf(window: number, values: readonly (number | null)[], meanBefore: number | null) {
  const { n, missing, mean, sd, median } = describe(values)
  const limit = sd === null ? null : ANOMALY_AT_SDS * sd
  const anomalies = values.filter(
    (value) => value !== null && mean !== null && limit !== null && Math.abs(value - mean) > limit,
  )
  return { window, n, missing, mean, sd, median, anomalies, trend: trendOf(mean, meanBefore) }
}

/** Null where there is nothing to compare. */
function trendOf(mean: number | null, before: number | null): 'rising' | 'falling' | 'steady' | null {
  if (mean === null || before === null) return null
  if (mean - before > TREND_STEP) return 'rising'
  return mean - before < -TREND_STEP ? 'falling' : 'steady'
}

/** A slow wave with noise, and a spike in every thirty-seventh place. */
function sampleValues(count: number, seed: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, i) =>
    roundTo(50 + 8 * Math.sin(i / 15) + 4 * (random() - 0.5) + (i % 37 === 36 ? 40 : 0), 2),
  )
}

async function chartOf(windows: readonly ReturnType<typeof windowOf>[], sample: boolean): Promise<string> {
  return await lineChart({
    title: titled('Mean and median by window', sample),
    positions: windows.map(({ window }) => String(window)),
    lines: [
      { label: 'mean', values: windows.map(({ mean }) => mean) },
      { label: 'median', values: windows.map(({ median }) => median), dashed: true },
    ],
    fromZero: false,
  })
}
