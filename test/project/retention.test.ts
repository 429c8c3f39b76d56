import { flow, task } from 'd2flow'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/base/duration.ts'
import { readSettings } from '../../src/base/settings.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { forgetOld } from '../../src/project/retention.ts'
import { runFlowByName } from '../../src/project/run-flow-by-name.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'

const clock = createFakeClock(new Date('2026-03-01T00:00:00Z'))
let folder: string
let project: Project

/** More than fits in a row: its result lies in a file. */
const large = task({ name: 'large', run: ({ of }: { of: string }) => of.repeat(70_000) })
const writing = flow({ name: 'writing', run: async ({ of }: { of: string }) => (await large({ of })).length })

const leaving = flow({
  name: 'leaving',
  run(_, ctx) {
    writeFileSync(join(ctx.workDir, 'half.csv'), 'a,b')
    throw new Error('the disk is full')
  },
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-retention-'))
  project = await openProject({
    folder,
    definition: { flows: [writing, leaving] },
    settings: readSettings({}),
    store: 'sqlite:runs.db',
    clock,
  })
})

afterEach(async () => {
  await project.close()
  rmSync(folder, { recursive: true, force: true })
})

const files = () =>
  readdirSync(join(folder, 'runs.db-results'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.json'),
  )
const folders = () => readdirSync(project.workFolder).toSorted()
const makeOld = () => {
  for (const path of files()) utimesSync(join(folder, 'runs.db-results', path), new Date(0), new Date(0))
}

it('lets go of result files with the run that named them, and of no others', async () => {
  await runFlowByName(project, 'writing', { of: 'a' })
  clock.advance(100 * DAY)
  await runFlowByName(project, 'writing', { of: 'b' })
  makeOld()

  const gone = await forgetOld(project, clock.now())

  expect(gone).toMatchObject({ runs: 1, files: 1 })
  expect(files()).toHaveLength(1)
})

it('leaves a file alone that may not have its row yet', async () => {
  await runFlowByName(project, 'writing', { of: 'a' })
  makeOld()
  clock.advance(100 * DAY)
  const present = new Date(clock.now().getTime() - HOUR / 2)
  for (const path of files()) utimesSync(join(folder, 'runs.db-results', path), present, present)

  expect(await forgetOld(project, clock.now())).toMatchObject({ runs: 1, files: 0 })
})

it('lets go of the folder of a failed run with the run, and of no other', async () => {
  await runFlowByName(project, 'leaving', {})
  clock.advance(100 * DAY)
  await runFlowByName(project, 'leaving', {})
  const before = folders()
  mkdirSync(join(project.workFolder, 'a-run-of-another-store'))

  const gone = await forgetOld(project, clock.now())

  expect(before).toHaveLength(2)
  expect(gone).toMatchObject({ runs: 1, folders: 1 })
  expect(folders()).toEqual([before[1], 'a-run-of-another-store'])
})

it('keeps things for as long as it is told', async () => {
  await runFlowByName(project, 'writing', { of: 'a' })
  clock.advance(5 * DAY)

  expect(await forgetOld(project, clock.now())).toMatchObject({ runs: 0 })
  expect(await forgetOld(project, clock.now(), { runs: 3, logs: 3, events: 3 })).toMatchObject({ runs: 1 })
})
