import { deployment, flow, interval, MINUTE, SECOND, task, type AnyFlow, type DeploymentDefinition } from 'd2flow'
import { slackHandlers } from 'd2flow/fixtures/slack'
import { slackWebhook } from 'd2flow/notify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { newKeyText } from '../../src/base/secret.ts'
import { readSettings } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'
import { createService, type Service } from '../../src/project/serve.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { mockNetwork } from '../../src/testing/mock-network.ts'

const slack = slackHandlers()
const network = mockNetwork(...slack.handlers)
beforeAll(() => network.enable())
afterAll(() => network.disable())

const count = task({ name: 'count', run: ({ n }: { n: number }) => n + 1 })

const good = flow({
  name: 'good',
  async run() {
    return await count({ n: 1 })
  },
})

const bad = flow({
  name: 'bad',
  run(): never {
    throw new Error('boom')
  },
})

let clock: ReturnType<typeof createFakeClock>
let folder: string
let projects: Project[] = []

beforeEach(() => {
  clock = createFakeClock(new Date('2026-03-01T00:00:00Z'))
  folder = mkdtempSync(join(tmpdir(), 'd2flow-serve-'))
  slack.clear()
})

afterEach(async () => {
  for (const project of projects) await project.close()
  projects = []
  rmSync(folder, { recursive: true, force: true })
})

const notify = [{ when: ['failed', 'crashed'], through: slackWebhook, named: 'team' }] as const

function minutely(name: string, of: AnyFlow): DeploymentDefinition {
  return deployment({ name, flow: of, schedule: interval(MINUTE), notify })
}

async function open(deployments: readonly DeploymentDefinition[]): Promise<{ project: Project; service: Service }> {
  const project = await openProject({
    folder,
    definition: { deployments },
    settings: readSettings({ D2FLOW_KEY: newKeyText() }),
    store: 'sqlite:runs.db',
    clock,
  })
  projects.push(project)
  await project.blocks.save(slackWebhook, 'team', { url: slack.webhookUrl }, { overwrite: true })
  await applyDeployments(deployments, project.store, clock)
  const service = createService({ project, clock, log: silentLog, signal: new AbortController().signal })
  return { project, service }
}

/** Turns the clock on, second by second, and lets the service look around each time. */
async function pass(service: Service, lengthMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < lengthMs; passedMs += SECOND) {
    clock.advance(SECOND)
    await service.tick({ slow: passedMs % (5 * SECOND) === 0 })
    await service.worker.idle()
  }
  await service.tick({ slow: true })
}

describe('a served project', () => {
  it('runs two deployments for two minutes, and tells Slack of each failure once', async () => {
    const { project, service } = await open([minutely('every-minute', good), minutely('always-fails', bad)])

    await pass(service, 2 * MINUTE + 5 * SECOND)

    const ended = await project.store.runs.list({ types: ['completed', 'failed'] })
    expect(ended.map(({ flowName, state }) => `${flowName} ${state.type}`).toSorted()).toEqual([
      'bad failed',
      'bad failed',
      'good completed',
      'good completed',
    ])
    const failed = ended.filter(({ flowName }) => flowName === 'bad')
    expect(slack.messages).toHaveLength(2)
    for (const run of failed) {
      const told = slack.messages.filter(({ text }) => text?.includes(`'${run.name}'`))
      expect(told.map(({ text }) => text)).toEqual([expect.stringMatching(/CRITICAL: Flow '.*' failed: .*boom/)])
    }
  })

  it('delivers a message whose process died between the end of the run and the delivery', async () => {
    const { project, service } = await open([deployment({ name: 'once', flow: bad, notify })])
    const [record] = await project.store.deployments.list()
    if (record === undefined) throw new Error('no deployment')
    slack.answerNext({ status: 500, body: 'rollup_error' })
    await requestRun(project, record, {})
    await service.worker.take()
    await service.worker.idle()

    await service.deliver()
    expect(slack.messages).toHaveLength(0)
    clock.advance(MINUTE)
    await service.deliver()

    expect(slack.messages).toHaveLength(1)
    clock.advance(MINUTE)
    await service.deliver()
    expect(slack.messages).toHaveLength(1)
  })

  it('calls the hooks of a flow that is not to go on by itself in the process that finds its run without one', async () => {
    const called: string[] = []
    const fragile = flow({
      name: 'fragile',
      recover: 'never',
      onCrashed: [
        async function tell(of, run, state, ctx) {
          called.push(`${of.name} ${run.crashCount} ${state.type} ${JSON.stringify(await ctx.variable('who'))}`)
          ctx.log.info('the team was told')
          throw new Error('the team was away')
        },
      ],
      run: () => null,
    })
    const { project, service } = await open([deployment({ name: 'once', flow: fragile, notify })])
    await project.store.variables.set('who', 'amina')
    const [record] = await project.store.deployments.list()
    if (record === undefined) throw new Error('no deployment')
    const { id } = await requestRun(project, record, {})
    const elsewhere = { workerId: 'w', pid: 1, bootId: 'b', hostName: 'elsewhere' }
    await project.store.leases.claim(elsewhere, { limit: 1, leaseMs: SECOND })

    await pass(service, 5 * SECOND)

    const run = await project.store.runs.get(id)
    expect(run?.state).toMatchObject({ type: 'crashed', message: expect.stringContaining('flow-run retry') })
    expect(called).toEqual(['fragile 1 crashed "amina"'])
    expect((await project.store.logs.list(id)).map(({ message }) => message)).toEqual([
      expect.stringContaining('gave no sign of life'),
      'the team was told',
      'the hook tell of fragile (onCrashed) failed: the team was away',
    ])
    expect(slack.messages.map(({ text }) => text)).toEqual([expect.stringContaining('fragile')])
  })

  it('makes up for the newest missed moment only, and leaves a record of the others', async () => {
    const first = await open([minutely('every-minute', good)])
    await pass(first.service, 5 * SECOND)
    await first.project.close()
    projects = []

    clock.advance(10 * MINUTE)
    const { project, service } = await open([minutely('every-minute', good)])
    await service.tick({ slow: true })
    await service.worker.idle()

    const runs = await project.store.runs.list({ limit: 100 })
    expect(runs.filter(({ state }) => state.type === 'completed').map(({ dueAt }) => dueAt)).toEqual([
      '2026-03-01T00:10:00.000Z',
    ])
    const skipped = runs.filter(({ state }) => state.name === 'Skipped')
    expect(skipped).toHaveLength(9)
    expect(skipped[0]?.state.message).toContain('passed while nothing was running')
  })

  it('makes nothing up for a deployment that was paused', async () => {
    const { project, service } = await open([minutely('every-minute', good)])
    const [record] = await project.store.deployments.list()
    if (record === undefined) throw new Error('no deployment')
    await project.store.deployments.save({ ...record, paused: true })
    await project.store.deployments.dropScheduled(record.id)

    await pass(service, 3 * MINUTE)
    await project.store.deployments.save({ ...record, paused: false, scheduledFromAt: clock.now().toISOString() })
    await pass(service, MINUTE)

    const completed = await project.store.runs.list({ types: ['completed'] })
    expect(completed.map(({ dueAt }) => dueAt)).toEqual(['2026-03-01T00:04:00.000Z'])
  })

  it('F109 changes nothing when the same deployments are applied again', async () => {
    const { project } = await open([minutely('every-minute', good)])

    const again = await applyDeployments([minutely('every-minute', good)], project.store, clock)

    expect(again.map(({ change }) => change)).toEqual(['unchanged'])
  })

  it('F105 refuses a deployment whose parameters its flow does not take', async () => {
    const strict = flow({
      name: 'strict',
      params: (await import('zod')).z.object({ year: (await import('zod')).z.int() }),
      run: ({ year }) => year,
    })
    const { project } = await open([])

    const applying = applyDeployments(
      [deployment({ name: 'wrong', flow: strict, params: { year: 1.5 } })],
      project.store,
      clock,
    )

    await expect(applying).rejects.toMatchObject({
      code: 'config/params',
      message: expect.stringContaining('strict/wrong'),
    })
  })
})

describe('overlap', () => {
  it('keeps the newest of the runs that wait, and says why the others were skipped', async () => {
    let release: () => void = () => {}
    const slow = flow({ name: 'slow', run: () => new Promise<void>((resolve) => (release = resolve)) })
    const { project, service } = await open([minutely('slow', slow)])
    clock.advance(MINUTE)
    await service.tick({ slow: true })

    for (let minutes = 0; minutes < 3; minutes += 1) {
      clock.advance(MINUTE)
      await service.worker.beat()
      await service.tick({ slow: true })
    }

    const states = (await project.store.runs.list({ limit: 50 })).map(
      ({ dueAt, state }) => `${dueAt.slice(14, 16)} ${state.name}`,
    )
    expect(states).toContain('01 Running')
    expect(states).toContain('02 Skipped')
    expect(states).toContain('03 Skipped')
    expect(states).toContain('04 Scheduled')
    release()
    await service.worker.idle()
  })
})
