/**
 * Which indicator expressions are hard to read?
 *
 * Source: seven made-up indicators, or those that are given.
 * Expressions are parsed: operands are references of every kind, operators the signs + − * / between two operands. A minus
 * before an operand and signs inside a reference are none. A text that does not parse has no score and is listed with the
 * position of its first error.
 */
import { flow } from 'd2flow'
import { indicatorScore, SCORE_BINS } from 'd2flow/connectors/dhis2'
import { barChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const Indicator = z.object({ id: z.string(), name: z.string(), numerator: z.string(), denominator: z.string() })

type Indicator = z.output<typeof Indicator>

const Bound = z.int().min(0)

const Params = z
  .object({
    bins: z
      .tuple([Bound, Bound, Bound])
      .default([2, 4, 8])
      .describe('highest score that is trivial, simple, moderate; everything above is complex'),
    rows: z.array(Indicator).nullable().default(null).describe('indicators in place of the sample'),
  })
  .refine(({ bins: [trivial, simple, moderate] }) => trivial < simple && simple < moderate, {
    path: ['bins'],
    message: 'the bounds must rise',
  })

export const expressionComplexityScoring = flow({
  name: 'expression-complexity-scoring',
  params: Params,
  async run({ bins, rows }, ctx) {
    const scored = (rows ?? sampleIndicators()).map((indicator) => {
      const { score, complexity, operands, operators, problem } = indicatorScore(
        indicator.numerator,
        indicator.denominator,
        { bins },
      )
      return { id: indicator.id, name: indicator.name, operands, operators, score, complexity, problem }
    })

    const valid = scored.filter(({ score }) => score !== null)
    const ascending = valid.toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0))
    const broken = scored.filter(({ score }) => score === null)
    const distribution = Object.fromEntries(
      SCORE_BINS.map((bin) => [bin, valid.filter(({ complexity }) => complexity === bin).length]),
    )
    const [mostComplex, simplest] = [ascending.at(-1) ?? null, ascending[0] ?? null]

    const sample = rows === null
    const title = 'Complexity of indicators'
    const [trivial, simple, moderate] = bins
    await publishReport(ctx, {
      key: 'expression-complexity-scoring',
      title,
      sample,
      rows: scored,
      paragraphs: [
        mostComplex === null
          ? 'No indicator could be scored.'
          : `**${mostComplex.name}** is the hardest to read, with a score of ${mostComplex.score}; the easiest is ${simplest?.name}, with ${simplest?.score}.`,
        `Bins: trivial up to ${trivial}, simple up to ${simple}, moderate up to ${moderate}, complex above.`,
        broken.length === 0
          ? 'All expressions parse.'
          : `Without a score: ${broken.map(({ name, problem }) => `${name} (${problem})`).join('; ')}.`,
      ],
      chart: await barChart({
        title: titled(title, sample),
        unit: 'operands and operators, numerator and denominator together',
        decimals: 0,
        bars: [...ascending.toReversed(), ...broken].map(({ name, score }) => ({ label: name, value: score })),
        levels: bins.map((bound, at) => ({ label: SCORE_BINS[at] ?? '', value: bound })),
      }),
      method: 'score = operands + operators of both sides, from the syntax tree',
    })
    return {
      total: scored.length,
      distribution,
      mostComplex: mostComplex?.name ?? null,
      simplest: simplest?.name ?? null,
      bins,
      indicators: scored,
    }
  },
})

/** A reference to a made-up data element: "#{" + eleven characters + "}". */
function reference(number: number): string {
  return `#{dataElem${String(number).padStart(3, '0')}}`
}

function sampleIndicators(): Indicator[] {
  const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map(reference)
  const sides: readonly (readonly [numerator: string, denominator: string])[] = [
    [`${a}`, `${b}`],
    [`${a} + ${b}`, `${c}`],
    [`(${a} + ${b}) * 100`, `${c} - ${d} - ${e}`],
    [`${a} + ${b} + ${c}`, `${d} * ${e}`],
    [`${c}`, `${d}`],
    [`${a} - ${b}`, `${c}`],
    [`${a} * ${b} + ${c} * ${d} + ${e} * ${f}`, `${a} + ${b} + ${c}`],
  ]
  return sides.map(([numerator, denominator], at) => {
    const id = `IND_00${at + 1}`
    return { id, name: id, numerator, denominator }
  })
}
