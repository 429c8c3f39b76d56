import { cron, deployment, flow } from 'd2flow'
import { createFakeClock } from 'd2flow/testing'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSettings } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'

const nightly = deployment({
  name: 'nightly',
  flow: flow({ name: 'reading', run: () => null }),
  schedule: cron('0 2 * * *', 'Europe/Oslo'),
})

describe('a run of a deployment that a person asks for', () => {
  let folder: string
  let project: Project
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'd2flow-request-'))
    const clock = createFakeClock(new Date('2026-04-01T12:00:00Z'))
    const definition = { deployments: [nightly] }
    project = await openProject({ folder, definition, settings: readSettings({}), store: 'memory:', clock })
    await applyDeployments(project.deployments, project.store, clock)
  })
  afterEach(async () => {
    await project.close()
    rmSync(folder, { recursive: true })
  })
  const windowOf = async (dueAt?: string) => {
    const [record] = await project.store.deployments.list()
    if (record === undefined) throw new Error('there is no deployment')
    const run = await requestRun(project, record, {}, dueAt === undefined ? {} : { dueAt: new Date(dueAt) })
    return run.window
  }

  it('makes up for a moment of the schedule with the data window that the moment has', async () => {
    // 29 March has 23 hours in Oslo, and no 02:00
    expect(await windowOf('2026-03-30T00:00:00Z')).toEqual({
      fromAt: '2026-03-29T01:00:00.000Z',
      toAt: '2026-03-30T00:00:00.000Z',
    })
  })

  it.each([undefined, '2026-03-30T00:00:01Z'])(
    'has none when it is due at %s, which no schedule names',
    async (dueAt) => {
      expect(await windowOf(dueAt)).toBeNull()
    },
  )
})
