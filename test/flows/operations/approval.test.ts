import { approval } from 'd2flow/flows/operations/approval'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'
import { answerRun, type AnswerGiven } from '../../../src/engine/answer-run.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'

/** Asks a person, who answers while nothing runs; then the run is taken up again. */
async function answeredBy(given: Omit<AnswerGiven, 'by'>) {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const options = { clock, store, key: 'send' }
  const asked = await runFlow(approval, { reviewer: 'person' }, options)
  await answerRun(store, asked.run, { by: 'amina', ...given }, clock)
  return { asked, ended: await runFlow(approval, { reviewer: 'person' }, options) }
}

describe('the approval flow', () => {
  it('shows what it would send before it asks, and sends nothing yet', async () => {
    const { run, artifacts, steps } = await runFlow(approval, { reviewer: 'person' })

    expect(run.state).toMatchObject({ type: 'paused', name: 'Suspended', message: 'Send 3 rows?' })
    expect(artifacts.map(({ key }) => key)).toEqual(['approval-preview'])
    expect(steps.map(({ taskName }) => taskName)).toEqual(['prepare'])
  })

  it('sends after a yes what the yes allows, without reading again', async () => {
    const { ended } = await answeredBy({ verb: 'approve', input: { maximum: 100 } })

    expect(ended.result).toEqual({ approved: true, by: 'amina', sent: 1, leftOut: 2 })
    expect(ended.artifacts.map(({ key }) => key)).toEqual(['approval-preview', 'approval'])
    expect(ended.steps.map(({ taskName, runCount }) => [taskName, runCount])).toEqual([
      ['prepare', 1],
      ['send', 1],
    ])
  })

  it('sends nothing after a no', async () => {
    const { ended } = await answeredBy({ verb: 'reject' })

    expect(ended.result).toEqual({ approved: false, by: 'amina', sent: 0, leftOut: 0 })
    expect(ended.state.type).toBe('completed')
  })

  it('has a sample reviewer who answers at once', async () => {
    const { result } = await runFlow(approval, {})

    expect(result).toEqual({ approved: true, by: 'the sample reviewer', sent: 2, leftOut: 1 })
  })
})
