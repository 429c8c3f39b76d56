import { describe, expect, it } from 'vitest'
import { newRun } from '../../src/model/new-run.ts'

const at = new Date('2026-01-01T12:00:00Z')

describe('a run that has just been asked for', () => {
  it('is scheduled for its moment and has no attempt behind it', () => {
    const run = newRun({ flowName: 'gdp-comparison', parameters: { year: 2023 }, at, dueAt: new Date('2026-01-02') })

    expect(run).toMatchObject({
      flowName: 'gdp-comparison',
      parameters: { year: 2023 },
      dueAt: '2026-01-02T00:00:00.000Z',
      createdAt: '2026-01-01T12:00:00.000Z',
      state: { type: 'scheduled', details: { scheduledFor: '2026-01-02T00:00:00.000Z' } },
      runCount: 0,
      crashCount: 0,
      epoch: 0,
      deploymentId: null,
      parentRunId: null,
      result: null,
    })
  })

  it('is due at once when no moment is named', () => {
    expect(newRun({ flowName: 'hello', parameters: {}, at }).dueAt).toBe('2026-01-01T12:00:00.000Z')
  })

  it('F002 is its own root, unless it has a parent', () => {
    const parent = newRun({ flowName: 'parent', parameters: {}, at })
    const child = newRun({
      flowName: 'child',
      parameters: {},
      at,
      parent: { id: parent.id, rootRunId: parent.rootRunId },
    })

    expect(parent.rootRunId).toBe(parent.id)
    expect(child).toMatchObject({ parentRunId: parent.id, rootRunId: parent.id })
    expect(child.id).not.toBe(parent.id)
  })

  it('F112 has a name that people can say aloud', () => {
    expect(newRun({ flowName: 'hello', parameters: {}, at }).name).toMatch(/^[a-z]+-[a-z]+$/)
  })
})
