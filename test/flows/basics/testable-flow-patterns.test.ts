/** A flow in three rings, for whoever wants to test one. */
import { gradeOf, gradeScore, testableFlowPatterns } from 'd2flow/flows/basics/testable-flow-patterns'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it.each([
  [100, 'A'],
  [90, 'A'],
  [89.9, 'B'],
  [80, 'B'],
  [70, 'C'],
  [69.9, 'F'],
  [0, 'F'],
  [null, null],
])('the plain function gives %s the grade %s', (score, grade) => {
  expect(gradeOf(score)).toBe(grade)
})

it('F073 the bare function of the task needs nothing around it', async () => {
  expect(await gradeScore.fn({ facility: 'Bo', score: 75 })).toEqual({ facility: 'Bo', score: 75, grade: 'C' })
})

it('the flow grades each facility in a step of its own, and counts those without a score', async () => {
  const { result, steps, artifacts } = await runFlow(testableFlowPatterns, {
    scores: [
      { facility: 'Bo', score: 90 },
      { facility: 'Kenema', score: null },
    ],
  })

  expect(result?.graded.map(({ grade }) => grade)).toEqual(['A', null])
  expect(steps).toHaveLength(2)
  expect(artifacts[0]?.description).toBe('Sample data: 1 of 2 not assessed')
})
