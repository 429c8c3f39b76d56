/**
 * Which currencies swing most, and together with which?
 *
 * Source: sample data: six made-up exchange rates over a hundred days.
 * Returns are those of the stored rates. Volatility is that of the last twenty returns, brought to a year of 252 days. Days
 * on which a return lies more than two standard deviations from its mean are listed.
 */
import { flow } from 'd2flow'
import { correlationMatrix, describe, rankDescending, roundTo } from 'd2flow/analysis'
import { formatNumber, lineChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const SEED = 42
const TRADING_DAYS = 252

const Params = z.object({
  currencies: z
    .array(z.string())
    .min(1)
    .default(['EUR', 'GBP', 'JPY', 'CHF', 'SEK', 'NOK'])
    .describe('names of the made-up series'),
  days: z.int().min(2).max(10_000).default(100).describe('days of sample data'),
  window: z.int().min(2).default(20).describe('returns that volatility is taken over'),
  limit: z.number().gt(0).default(2).describe('standard deviations beyond which a return is an anomaly'),
})

export const financialTimeSeries = flow({
  name: 'financial-time-series',
  params: Params,
  async run({ currencies, days, window, limit }, ctx) {
    const series = currencies.map((currency, ci) => {
      const rates = sampleRates(ci, days)
      const returns = rates.slice(1).map((rate, at) => roundTo(Math.log(rate / (rates[at] ?? rate)), 8))
      const recent = describe(returns.slice(-window)).sd
      const { mean, sd } = describe(returns)
      return {
        currency,
        rates,
        returns,
        volatility: recent === null ? null : roundTo(recent * Math.sqrt(TRADING_DAYS), 6),
        anomalies: returns.flatMap((value, at) =>
          mean === null || sd === null || sd === 0 || Math.abs((value - mean) / sd) <= limit
            ? []
            : [{ day: at + 1, return: value, z: roundTo((value - mean) / sd, 2) }],
        ),
      }
    })
    const { pairs } = correlationMatrix(Object.fromEntries(series.map(({ currency, returns }) => [currency, returns])))
    const correlations = pairs.map(({ a, b, r, n, p }) => ({ a, b, r: roundTo(r, 4), n, p }))
    const { ranked } = rankDescending(series, ({ volatility }) => volatility)

    const title = 'Currencies by volatility'
    const [first] = ranked
    const closest = correlations.toSorted((x, y) => Math.abs(y.r ?? 0) - Math.abs(x.r ?? 0))[0]
    const anomalyCount = series.reduce((sum, { anomalies }) => sum + anomalies.length, 0)
    await publishReport(ctx, {
      key: 'financial-time-series',
      title,
      sample: true,
      rows: ranked.map(({ rank, currency, volatility, rates, anomalies }) => ({
        rank,
        currency,
        volatility,
        'first rate': rates[0] ?? null,
        'last rate': rates.at(-1) ?? null,
        anomalies: anomalies.length,
      })),
      paragraphs: [
        first === undefined
          ? 'No currency has a volatility.'
          : `**${first.currency}** swings most: ${formatNumber((first.volatility ?? 0) * 100, 1)} % a year.`,
        closest === undefined || closest.r === null
          ? 'There is no pair to compare.'
          : `Closest together are ${closest.a} and ${closest.b}: r = ${closest.r} over ${closest.n} days.`,
        `${anomalyCount} of ${series.length * (days - 1)} returns lie more than ${limit} standard deviations from their mean.`,
      ],
      chart: await lineChart({
        title: titled('Exchange rates', true),
        positions: Array.from({ length: days }, (_, day) => `day ${day}`),
        lines: series.map(({ currency, rates }) => ({ label: currency, values: rates })),
        fromZero: false,
      }),
      method: `log returns; sample standard deviation of the last ${window} · √${TRADING_DAYS}; Pearson's r of returns`,
    })
    return {
      currencies: series.map(({ currency, volatility, anomalies }) => ({ currency, volatility, anomalies })),
      correlations,
      mostVolatile: first?.currency ?? null,
      anomalyCount,
    }
  },
})

/** Made up: a walk whose steps come from a multiplier on whole numbers; the running value is not rounded, the stored is. */
function sampleRates(ci: number, days: number): number[] {
  let rate = 1 + 0.3 * ci
  return Array.from({ length: days }, (_, day) => {
    const step = (BigInt(SEED + 7 * ci + 17 * day + 31 * ci) * 2_654_435_761n) % 2n ** 32n
    rate *= 1 + (Number(step) / 2 ** 32 - 0.5) * 0.02
    return roundTo(rate, 6)
  })
}
