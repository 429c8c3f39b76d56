/**
 * How good is this data set?
 *
 * Source: rows given as parameters; with none given, twenty made-up ones.
 * Rules are configuration: not_null, range, unique, completeness and the other types of `QUALITY_CHECKS`. Each gives a score
 * from 0 to 1; the overall score is their mean, green from 0.9, amber from 0.7, else red, judged before rounding. 0 and
 * false are values; blank text is missing. Without rows nothing is assessed, and that is red with the reason.
 */
import { flow } from 'd2flow'
import { assessQuality, QualityRule, roundTo } from 'd2flow/analysis'
import { barChart, formatNumber } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const DEFAULT_RULES = [
  { name: 'id is there', ruleType: 'not_null', column: 'id' },
  { name: 'name is there', ruleType: 'not_null', column: 'name' },
  { name: 'value is plausible', ruleType: 'range', column: 'value', params: { min: 0, max: 500 } },
  { name: 'id is unique', ruleType: 'unique', column: 'id' },
  { name: 'enough rows', ruleType: 'completeness', params: { expected: 15 } },
]

/** Twenty rows: every tenth name is blank, every fifteenth value is −1. */
const SAMPLE = Array.from({ length: 20 }, (_, index) => {
  const i = index + 1
  return {
    id: i,
    name: i % 10 === 0 ? '' : `item ${i}`,
    value: i % 15 === 0 ? -1 : 10 * i,
    category: ['A', 'B', 'C'][i % 3] ?? 'A',
  }
})

export const qualityRulesEngine = flow({
  name: 'quality-rules-engine',
  params: z.object({
    rules: z
      .array(QualityRule)
      .default(DEFAULT_RULES.map((rule) => QualityRule.parse(rule)))
      .describe('what must hold'),
    rows: z.array(z.record(z.string(), z.json())).nullable().default(null).describe('the data; null is sample data'),
  }),
  async run({ rules, rows: given }, ctx) {
    const rows = given ?? SAMPLE
    const { results, score, grade, reason } = assessQuality(rows, rules)

    const notAssessed = results.filter(({ status }) => status === 'not assessed').length
    await publishReport(ctx, {
      key: 'quality-rules-engine',
      title: 'Quality of the data, rule by rule',
      sample: given === null,
      rows: results.map((result) => ({
        rule: result.name,
        type: result.ruleType,
        column: result.column === '' ? null : result.column,
        status: result.status,
        score: roundTo(result.score, 4),
        tested: result.tested,
        failed: result.failed,
        untested: result.untested,
        reason: result.reason,
      })),
      paragraphs: [
        score === null
          ? `The data are **${grade}**: ${reason ?? ''}.`
          : `The data are **${grade}**, with a score of ${formatNumber(score, 4)} over ${results.length} rules and ${rows.length} rows.`,
        notAssessed === 0 ? 'Every rule was assessed.' : `${notAssessed} rules could not be assessed and do not count.`,
      ],
      chart: await barChart({
        title: titled('Score of each rule', given === null),
        bars: results.map(({ name, score: own }) => ({ label: name, value: own })),
        decimals: 4,
        levels: [{ label: 'green from', value: 0.9 }],
      }),
      method: 'the mean of the scores; green from 0.9, amber from 0.7, judged before rounding',
    })
    if (grade === 'red') ctx.warn(`the quality of the data is red${reason === null ? '' : `: ${reason}`}`)
    return { results, score, grade, reason }
  },
})
