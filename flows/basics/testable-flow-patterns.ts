/**
 * How is a flow tested?
 *
 * In three rings: what computes is a plain function (`gradeOf`), tested without anything around it; a task is tested by its
 * bare function (`gradeScore.fn`); the flow by `runFlow`, on the real engine with a fake clock. Its test file shows all
 * three. A score that is missing has no grade (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

type Grade = 'A' | 'B' | 'C' | 'F'

/** From 90 A, from 80 B, from 70 C, else F; null for a score that is missing. */
export function gradeOf(score: number | null): Grade | null {
  if (score === null) return null
  if (score >= 90) return 'A'
  if (score >= 80) return 'B'
  return score >= 70 ? 'C' : 'F'
}

interface Score {
  readonly facility: string
  readonly score: number | null
}

export const gradeScore = task({
  name: 'grade-score',
  run: ({ facility, score }: Score) => ({ facility, score, grade: gradeOf(score) }),
})

export const testableFlowPatterns = flow({
  name: 'testable-flow-patterns',
  params: z.object({
    scores: z
      .array(z.object({ facility: z.string(), score: z.number().min(0).max(100).nullable() }))
      .default([
        { facility: 'Ngelehun', score: 94 },
        { facility: 'Baoma', score: 80 },
        { facility: 'Gbangbaia', score: 69.5 },
        { facility: 'Sahn', score: null },
      ])
      .describe('a score from 0 to 100 for each facility; null: not assessed'),
  }),
  async run({ scores }, ctx) {
    const graded = await Promise.all(gradeScore.map(scores))
    const missing = graded.filter(({ grade }) => grade === null).length
    await ctx.publish(
      table('testable-flow-patterns', graded, `Sample data: ${missing} of ${graded.length} not assessed`),
    )
    return { graded, missing }
  },
})
