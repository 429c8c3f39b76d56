import { expect, it } from 'vitest'
import { LATE_AFTER_MS, namedAt } from '../../src/model/late.ts'
import { newRun } from '../../src/model/new-run.ts'
import { newState } from '../../src/model/new-state.ts'

const dueAt = new Date('2026-01-05T06:00:00Z')
const run = newRun({ flowName: 'gdp-comparison', parameters: {}, at: dueAt })
const after = (ms: number) => new Date(dueAt.getTime() + ms)

it('F101 names a run Scheduled until 15 s after it fell due, then Late; its type stays', () => {
  expect(LATE_AFTER_MS).toBe(15_000)
  expect(namedAt(run, after(15_000)).state).toMatchObject({ type: 'scheduled', name: 'Scheduled' })
  expect(namedAt(run, after(15_001)).state).toMatchObject({ type: 'scheduled', name: 'Late' })
})

it('leaves their names to runs that wait for something they name, or that do not wait', () => {
  const scheduledFor = dueAt.toISOString()
  const retrying = { ...run, state: newState('scheduled', dueAt, { name: 'AwaitingRetry', details: { scheduledFor } }) }
  const running = { ...run, state: newState('running', dueAt) }

  expect(namedAt(retrying, after(60_000)).state.name).toBe('AwaitingRetry')
  expect(namedAt(running, after(60_000)).state.name).toBe('Running')
})
