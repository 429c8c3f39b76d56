import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollingTasks } from 'd2flow/flows/basics/polling-tasks'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-polling-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('reads its own sample as soon as it has come, and says that it is one', async () => {
  const { result, artifacts } = await runFlow(pollingTasks, { intervalMs: 10 })

  expect(result).toEqual({
    rows: [
      { file: 'clinics.csv', came: true, lines: 2 },
      { file: 'stock.csv', came: true, lines: 2 },
    ],
    missing: 0,
  })
  expect(artifacts[0]?.description).toBe('Sample data: 0 of 2 missing')
})

it('F024 waits for five minutes, every five seconds, when nobody says otherwise', async () => {
  expect(pollingTasks.params?.parse({})).toMatchObject({ intervalMs: 5_000, timeoutMs: 300_000 })
})

it('F026 gives up on what never comes without giving up on the rest', async () => {
  const clock = createFakeClock()
  writeFileSync(join(folder, 'there.csv'), 'id\n1\n2\n')

  const { result, state, steps } = await runFlow(
    pollingTasks,
    { folder, files: ['never.csv', 'there.csv', 'nor-this.csv'], timeoutMs: 60_000 },
    { clock },
  )

  expect(result).toEqual({
    rows: [
      { file: 'never.csv', came: false, lines: null },
      { file: 'there.csv', came: true, lines: 3 },
      { file: 'nor-this.csv', came: false, lines: null },
    ],
    missing: 2,
  })
  expect(state.name).toBe('CompletedWithErrors')
  expect(steps[0]?.state.message).toBe(`the file ${join(folder, 'never.csv')} was not there within 1 min 0 s`)
  // side by side: one after the other it would be two minutes
  expect(clock.monotonicMs()).toBe(60_000)
})
