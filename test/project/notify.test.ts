/** Whom a project tells of the ends of its runs: by importance, not too often, and when all is well again. */
import { deployment, flow, HOUR, MINUTE } from 'd2flow'
import { slackWebhook } from 'd2flow/notify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { readSettings } from '../../src/base/settings.ts'
import type { ProjectDefinition } from '../../src/project/define-project.ts'
import type { Importance } from '../../src/model/deployment-record.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'
import { createService } from '../../src/project/serve.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'

let clock: ReturnType<typeof createFakeClock>
let project: Project | undefined
let mood: 'well' | 'ill'

beforeEach(() => {
  clock = createFakeClock(new Date('2026-03-01T00:00:00Z'))
  mood = 'ill'
})
afterEach(async () => await project?.close())

const moody = flow({
  name: 'moody',
  run() {
    if (mood === 'ill') throw new Error('boom')
    return 1
  },
})

type Notify = NonNullable<ProjectDefinition['notify']>

/** Runs the deployment once per mood, ten minutes apart; gives the subjects of what is told. */
async function told(notify: Notify, moods: readonly (typeof mood)[], importance?: Importance): Promise<string[]> {
  const deployments = [deployment({ name: 'x', flow: moody, ...(importance === undefined ? {} : { importance }) })]
  project = await openProject({
    folder: '.',
    definition: { deployments, notify },
    settings: readSettings({}),
    store: 'memory:',
    clock,
  })
  await applyDeployments(deployments, project.store, clock)
  const { worker } = createService({ project, clock, log: silentLog, signal: new AbortController().signal })
  const [record] = await project.store.deployments.list()
  for (mood of moods) {
    if (record !== undefined) await requestRun(project, record, {})
    await worker.take()
    await worker.idle()
    clock.advance(10 * MINUTE)
  }
  return (await project.store.outbox.list()).map(({ subject }) => subject)
}

const base = { when: ['failed', 'crashed'], through: slackWebhook, named: 'team' } as const

describe('a project that tells of the ends of runs', () => {
  it('tells of every deployment, in one place', async () => {
    expect(await told([base], ['ill', 'well', 'ill'])).toEqual(['Flow Failed', 'Flow Failed'])
  })

  it('tells only of what is important enough', async () => {
    const rule = { ...base, atLeast: 'critical' } as const

    expect(await told([rule], ['ill'])).toEqual([])
    expect(await told([rule], ['ill'], 'low')).toEqual([])
    expect(await told([rule], ['ill'], 'critical')).toEqual(['Flow Failed'])
  })

  it('tells of one deployment no more than once in a stretch of time', async () => {
    const sixInAnHour = await told(
      [{ ...base, throttleMs: HOUR }],
      Array.from({ length: 9 }, () => 'ill' as const),
    )

    expect(sixInAnHour).toEqual(['Flow Failed', 'Flow Failed'])
  })

  it('tells once when all is well again after a failure, and only then', async () => {
    const rule = { ...base, recovery: true }

    expect(await told([rule], ['well', 'ill', 'ill', 'well', 'well'])).toEqual([
      'Flow Failed',
      'Flow Failed',
      'Flow Recovered',
    ])
  })

  it('lets no throttle swallow the good news', async () => {
    const rule = { ...base, recovery: true, throttleMs: 24 * HOUR }

    expect(await told([rule], ['ill', 'well', 'ill', 'well'])).toEqual([
      'Flow Failed',
      'Flow Recovered',
      'Flow Recovered',
    ])
  })
})
