/** Rules: what is noticed, told once, acted upon, and told to be over. With real stores, a fake clock and a fake Slack. */
import { deployment, flow, HOUR, interval, MINUTE, SECOND, type DeploymentDefinition } from 'd2flow'
import { slackHandlers } from 'd2flow/fixtures/slack'
import {
  cancelTheRun,
  nobodyServes,
  noSuccess,
  pauseSchedules,
  rule,
  runEnds,
  slackWebhook,
  startRunOf,
  stateLasts,
  tell,
} from 'd2flow/notify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/base/log.ts'
import { newKeyText } from '../../src/base/secret.ts'
import { readSettings } from '../../src/base/settings.ts'
import type { ProjectDefinition } from '../../src/project/define-project.ts'
import { createRun } from '../../src/engine/start-run.ts'
import { silentLog } from '../../src/base/log.ts'
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

let clock: ReturnType<typeof createFakeClock>
let folder: string
let projects: Project[] = []
let said: string[] = []
/** What the flow `moody` does next. */
let mood: 'well' | 'ill' = 'well'

beforeEach(() => {
  clock = createFakeClock(new Date('2026-03-01T00:00:00Z'))
  folder = mkdtempSync(join(tmpdir(), 'd2flow-rules-'))
  slack.clear()
  said = []
  mood = 'well'
})

afterEach(async () => {
  for (const project of projects) await project.close()
  projects = []
  rmSync(folder, { recursive: true, force: true })
})

const moody = flow({
  name: 'moody',
  run() {
    if (mood === 'ill') throw new Error('boom')
    return 1
  },
})
const follower = flow({ name: 'follower', run: ({ of = 'nobody' }: { of?: string }) => of })

const hourly = deployment({ name: 'hourly', flow: moody, schedule: interval(HOUR) })
const byHand = deployment({ name: 'by-hand', flow: moody })
const after = deployment({ name: 'after', flow: follower })
const team = tell(slackWebhook, 'team')

async function open(
  rules: NonNullable<ProjectDefinition['rules']>,
  deployments: readonly DeploymentDefinition[] = [hourly, byHand, after],
): Promise<{ project: Project; service: Service }> {
  const project = await openProject({
    folder,
    definition: { deployments, rules },
    settings: readSettings({ D2FLOW_KEY: newKeyText() }),
    store: 'sqlite:runs.db',
    clock,
  })
  projects.push(project)
  await project.blocks.save(slackWebhook, 'team', { url: slack.webhookUrl }, { overwrite: true })
  await applyDeployments(deployments, project.store, clock)
  const log = createLog((level, message) => said.push(`${level} ${message}`))
  return { project, service: createService({ project, clock, log, signal: new AbortController().signal }) }
}

async function look(service: Service): Promise<void> {
  await service.tick({ slow: true })
  await service.worker.idle()
  await service.tick({ slow: true })
}

async function pass(service: Service, lengthMs: number, everyMs: number = 10 * MINUTE): Promise<void> {
  for (let passedMs = 0; passedMs < lengthMs; passedMs += everyMs) {
    clock.advance(everyMs)
    await look(service)
  }
}

async function ask(project: Project, name: string): Promise<void> {
  const record = (await project.store.deployments.list()).find((each) => each.name === name)
  if (record === undefined) throw new Error(`no deployment ${name}`)
  await requestRun(project, record, {})
}

const texts = () => slack.messages.map(({ text }) => text ?? '')
const firings = async (project: Project) =>
  (await project.store.ruleFirings.list()).filter(({ reason }) => reason !== 'watched from now on').toReversed()

describe('a deployment without a success for too long', () => {
  const silent = rule({
    name: 'silent',
    when: noSuccess({ deployment: 'moody/hourly', withinMs: 150 * MINUTE }),
    actions: [team],
  })

  it('is told once while it lasts, and again when it is over', async () => {
    const { project, service } = await open([silent])
    await pass(service, 2 * HOUR)
    mood = 'ill'
    await pass(service, 5 * HOUR)
    const whileSilent = texts()
    mood = 'well'
    await pass(service, HOUR)

    expect(whileSilent).toHaveLength(1)
    expect(whileSilent[0]).toMatch(/Attention: silent[\s\S]*moody\/hourly has had no success for 2 h 30 min/)
    expect(texts()).toHaveLength(2)
    expect(texts()[1]).toContain('Recovered: silent')
    expect(await firings(project)).toMatchObject([{ rule: 'silent', subject: 'deployment/moody/hourly' }])
    expect((await firings(project))[0]?.clearedAt).not.toBeNull()
  })

  it('fires again when silence comes back', async () => {
    const { project, service } = await open([silent])
    mood = 'ill'
    await pass(service, 4 * HOUR)
    mood = 'well'
    await pass(service, HOUR)
    mood = 'ill'
    await pass(service, 4 * HOUR)

    expect(await firings(project)).toHaveLength(2)
  })

  it('may be silent while it is paused', async () => {
    const { project, service } = await open([silent])
    const record = await project.store.deployments.get('moody', 'hourly')
    if (record !== null) await project.store.deployments.save({ ...record, paused: true })

    await pass(service, 5 * HOUR)

    expect(texts()).toEqual([])
  })
})

describe('a run that has been in a state for too long', () => {
  it('is cancelled when the rule says so, and that clears the condition', async () => {
    const stuck = rule({
      name: 'stuck',
      when: stateLasts('scheduled', { forMs: 30 * MINUTE, flow: 'elsewhere' }),
      actions: [team, cancelTheRun()],
    })
    const { project, service } = await open([stuck])
    // a flow that this process does not know: nobody takes its run
    const elsewhere = flow({ name: 'elsewhere', run: () => 1 })
    const run = await createRun(elsewhere, {}, { host: project.host() })

    await pass(service, HOUR)

    expect((await project.store.runs.get(run.id))?.state).toMatchObject({ type: 'cancelled' })
    expect(texts()[0]).toMatch(/run .* of elsewhere has been Scheduled for 30 min/)
    expect(texts()[1]).toContain('Recovered: stuck')
    expect(await firings(project)).toHaveLength(1)
  })
})

describe('a run after a run', () => {
  it('is started once for each end, with its parameters, also with two processes looking', async () => {
    const chain = rule({
      name: 'chain',
      when: runEnds('completed', { deployment: 'moody/by-hand' }),
      actions: [startRunOf('follower/after', { of: 'moody' })],
    })
    const one = await open([chain])
    const two = await open([chain])
    await look(one.service)
    clock.advance(SECOND)
    await ask(one.project, 'by-hand')
    await one.service.worker.take()
    await one.service.worker.idle()
    clock.advance(SECOND)

    await Promise.all([one.service.house.tick(), two.service.house.tick()])
    clock.advance(SECOND)
    await look(one.service)
    await look(two.service)

    const followers = await one.project.store.runs.list({ flowName: 'follower' })
    expect(followers).toMatchObject([{ parameters: { of: 'moody' }, state: { type: 'completed' } }])
  })

  it('leaves runs alone that ended before the rule was there', async () => {
    const before = await open([])
    await ask(before.project, 'by-hand')
    await look(before.service)
    clock.advance(MINUTE)

    const { project, service } = await open([
      rule({ name: 'chain', when: runEnds('completed'), actions: [startRunOf('follower/after')] }),
    ])
    await look(service)

    expect(await project.store.runs.list({ flowName: 'follower' })).toEqual([])
  })

  it('pauses the schedules of what failed, and says what it could not do', async () => {
    const brake = rule({
      name: 'brake',
      when: runEnds(['failed', 'crashed'], { flow: 'moody' }),
      actions: [startRunOf('moody/not-there'), pauseSchedules()],
    })
    const { project, service } = await open([brake])
    mood = 'ill'

    await pass(service, 3 * HOUR)

    expect(await project.store.deployments.get('moody', 'hourly')).toMatchObject({ paused: true })
    expect((await project.store.runs.list({ flowName: 'moody', types: ['failed'] })).length).toBe(1)
    expect(said).toContainEqual(expect.stringContaining('error rule brake could not run: there is no deployment'))
    expect(await project.store.events.list({ name: 'rule.*' })).toMatchObject([
      { name: 'rule.action-failed', payload: { action: 'run' } },
      { name: 'rule.fired', labels: { rule: 'brake', deployment: 'hourly' } },
    ])
  })
})

describe('a project that nobody served', () => {
  const alone = rule({ name: 'alone', when: nobodyServes({ forMs: HOUR }), actions: [team] })

  it('is told of by the next process that serves it, and that it is served again', async () => {
    const first = await open([alone])
    await look(first.service)
    await first.service.house.stop()
    clock.advance(3 * HOUR)

    const second = await open([alone])
    await look(second.service)

    expect(texts()).toHaveLength(2)
    expect(texts()[0]).toMatch(/no process has served this project for 3 h/)
    expect(texts()[1]).toContain('Recovered: alone')
    expect(await second.project.store.servers.list()).toMatchObject([
      { stoppedAt: null, atOnce: 5 },
      { stoppedAt: '2026-03-01T00:00:00.000Z' },
    ])
  })

  it('is told of by a worker too, which serves nothing but its pool', async () => {
    const first = await open([alone])
    await look(first.service)
    await first.service.house.stop()
    const { store } = first.project
    const createdAt = clock.now().toISOString()
    await store.workPools.save({ name: 'night', type: 'process', paused: false, concurrencyLimit: null, createdAt })
    const second = await open([alone])
    const worker = createService({
      project: second.project,
      clock,
      log: silentLog,
      signal: new AbortController().signal,
      worker: { pool: 'night', name: 'cellar' },
    })

    await look(worker)
    clock.advance(2 * HOUR)
    await look(worker)

    expect(texts()).toEqual([expect.stringMatching(/no process has served this project for 2 h/)])
  })

  it('is not told of after a short rest', async () => {
    const first = await open([alone])
    await look(first.service)
    clock.advance(50 * MINUTE)
    const second = await open([alone])

    await look(second.service)

    expect(texts()).toEqual([])
  })
})

describe('a rule that cannot be meant', () => {
  it.each([
    ['a name with spaces', () => rule({ name: 'Too late', when: runEnds('failed'), actions: [team] })],
    ['no action', () => rule({ name: 'x', when: runEnds('failed'), actions: [] })],
    ['no run to cancel', () => rule({ name: 'x', when: nobodyServes({ forMs: 1 }), actions: [cancelTheRun()] })],
    [
      'no deployment to pause',
      () => rule({ name: 'x', when: nobodyServes({ forMs: 1 }), actions: [pauseSchedules()] }),
    ],
    ['no length of time', () => rule({ name: 'x', when: noSuccess({ withinMs: 0 }), actions: [team] })],
  ])('is refused: %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'config/params' }))
  })
})
