/**
 * Which indicators are complex?
 *
 * Source: the indicators of a DHIS2 instance. Numerator and denominator are parsed, not searched for characters: an
 * asterisk in `#{a.*}` is no operator, a minus before a number is no subtraction. The score is operands plus operators of
 * both sides, put into the bins trivial, simple, moderate, complex, whose bounds are printed.
 * An expression that does not parse has no score; it is listed with the position of the first error.
 */
import { flow, markdown, table, task } from 'd2flow'
import { dhis2, indicatorScore, type IndicatorScore } from 'd2flow/connectors/dhis2'
import { writeCsv } from 'd2flow/files'
import { join } from 'node:path'
import { z } from 'zod'
import { RETRY_READING } from '../reading-tasks.ts'

const Params = z
  .object({
    instance: z.string().default('dhis2').describe('name of a saved dhis2 block'),
    bins: z
      .tuple([z.int().min(0), z.int().min(0), z.int().min(0)])
      .default([1, 3, 6])
      .describe('highest score that is trivial, simple, moderate; everything above is complex'),
    outputDir: z.string().nullable().default(null).describe('folder for indicators.csv; null is the folder of the run'),
  })
  .refine(({ bins: [trivial, simple, moderate] }) => trivial < simple && simple < moderate, {
    path: ['bins'],
    message: 'the bounds must rise',
  })

interface Indicator {
  readonly id: string
  readonly name: string
  readonly numerator: string
  readonly denominator: string
}

const fetchIndicators = task({
  name: 'fetch-indicators',
  retry: RETRY_READING,
  async run({ instance }: { instance: string }, ctx): Promise<Indicator[]> {
    const client = await ctx.open(dhis2, instance)
    const found: Indicator[] = []
    for await (const { id, name, numerator, denominator } of client.indicators()) {
      found.push({ id, name: name ?? id, numerator: numerator ?? '', denominator: denominator ?? '' })
    }
    return found
  },
})

const saveIndicators = task({
  name: 'save-indicators',
  run: ({ path, rows }: { path: string; rows: readonly Record<string, string | number | null>[] }) =>
    writeCsv(path, rows),
})

export const dhis2Indicators = flow({
  name: 'dhis2-indicators',
  params: Params,
  keepWorkDir: true,
  async run({ instance, bins, outputDir }, ctx) {
    const indicators = await fetchIndicators({ instance })
    const scored = indicators.map((indicator): Scored => ({
      ...indicator,
      ...indicatorScore(indicator.numerator, indicator.denominator, { bins }),
    }))
    const csvPath = await saveIndicators({
      path: join(outputDir ?? ctx.workDir, 'indicators.csv'),
      rows: scored.map(row),
    })
    ctx.log.info(`every indicator with its score is in ${csvPath}`)

    const valid = scored.filter(({ score }) => score !== null)
    const ranked = valid.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
    const broken = scored.filter(({ score }) => score === null)
    const distribution = ['trivial', 'simple', 'moderate', 'complex'].map((complexity, at) => ({
      complexity,
      score: range(bins, at),
      indicators: valid.filter((each) => each.complexity === complexity).length,
    }))
    const mostComplex = ranked[0]?.name ?? null
    const leastComplex = valid.reduce<(typeof valid)[number] | null>(
      (least, each) => ((each.score ?? 0) < (least?.score ?? Infinity) ? each : least),
      null,
    )
    const answer =
      mostComplex === null
        ? 'There is no indicator with an expression that parses.'
        : `The most complex of ${valid.length} indicators is **${mostComplex}**, with a score of ${ranked[0]?.score}.`
    await ctx.publish(
      markdown('dhis2-indicators-summary', `${answer} ${broken.length} do not parse and have no score.`),
    )
    await ctx.publish(table('dhis2-indicators', distribution, 'Indicators by complexity'))
    await ctx.publish(
      table('dhis2-indicators-most-complex', ranked.slice(0, 20).map(shown), 'The most complex indicators'),
    )
    if (broken.length > 0) {
      await ctx.publish(
        table(
          'dhis2-indicators-broken',
          broken.map(({ id, name, problem }) => ({ id, name, problem })),
          'Indicators whose expression does not parse',
        ),
      )
      ctx.log.warn(`${broken.length} indicators have an expression that does not parse`)
    }
    return {
      total: scored.length,
      distribution,
      mostComplex,
      leastComplex: leastComplex?.name ?? null,
      broken: broken.length,
      csvPath,
    }
  },
})

type Scored = Indicator & IndicatorScore

function row({ id, name, complexity, score, operands, operators, flags, problem, numerator, denominator }: Scored) {
  return { id, name, complexity, score, operands, operators, flags: flags.join(' '), problem, numerator, denominator }
}

/** The columns that fit on a page; indicators.csv holds all of them. */
function shown({ name, complexity, score, operands, operators, flags }: Scored) {
  return { name, complexity, score, operands, operators, flags: flags.join(' ') }
}

function range(bins: readonly [number, number, number], at: number): string {
  const from = at === 0 ? 0 : (bins[at - 1] ?? 0) + 1
  const to = bins[at]
  return to === undefined ? `${from} and more` : `${from}–${to}`
}
