/** Runs that wait for a person or for a moment, in a serving process. */
import { deployment, flow, HOUR, interval, MINUTE, SECOND, task, type DeploymentDefinition } from 'd2flow'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { readSettings } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'
import { answerQuestion } from '../../src/project/run-actions.ts'
import { createService, type Service } from '../../src/project/serve.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'

let clock: ReturnType<typeof createFakeClock>
let folder: string
let project: Project
let service: Service

beforeEach(() => {
  clock = createFakeClock('2026-03-01T00:00:00Z')
  folder = mkdtempSync(join(tmpdir(), 'd2flow-waiting-'))
})
afterEach(async () => {
  await project.close()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(deployments: readonly DeploymentDefinition[]): Promise<void> {
  project = await openProject({
    folder,
    definition: { deployments, atOnce: 1 },
    settings: readSettings({}),
    store: 'sqlite:runs.db',
    clock,
  })
  await applyDeployments(deployments, project.store, clock)
  service = createService({ project, clock, log: silentLog, signal: new AbortController().signal })
}

async function pass(lengthMs: number, stepMs: number = SECOND): Promise<void> {
  for (let passedMs = 0; passedMs < lengthMs; passedMs += stepMs) {
    clock.advance(stepMs)
    await service.tick({ slow: true })
    await service.worker.idle()
  }
}

async function ask(name: string) {
  const [record] = (await project.store.deployments.list()).filter((each) => each.name === name)
  if (record === undefined) throw new Error(`there is no deployment ${name}`)
  return await requestRun(project, record, {})
}

const load = async (id: string) => {
  const run = await project.store.runs.get(id)
  if (run === null) throw new Error('the run is gone')
  return run
}

describe('a served run that asks for approval', () => {
  const effects: string[] = []
  const send = task({ name: 'send', run: () => void effects.push('sent') })
  const asking = flow({
    name: 'asking',
    async run(_, ctx) {
      const { approved } = await ctx.waitForApproval({ question: 'Send?', timeoutMs: HOUR })
      if (approved) await send()
      return approved
    },
  })
  const other = flow({ name: 'other', run: () => 'done' })
  const deployments = [deployment({ name: 'careful', flow: asking }), deployment({ name: 'quick', flow: other })]
  beforeEach(() => {
    effects.length = 0
  })

  it('leaves its place to others while it waits, and goes on after the answer', async () => {
    await serve(deployments)
    const { id } = await ask('careful')
    await pass(2 * SECOND)
    const quick = await ask('quick')
    await pass(2 * SECOND)
    const waiting = await load(id)

    await answerQuestion(project, waiting, { verb: 'approve', by: 'amina' })
    await pass(2 * SECOND)

    expect(waiting.state).toMatchObject({ type: 'paused', name: 'Suspended' })
    expect((await load(quick.id)).state.type).toBe('completed')
    expect((await load(id)).state.type).toBe('completed')
    expect(effects).toEqual(['sent'])
  })

  it('fails when nobody answers in time, and says so', async () => {
    await serve(deployments)
    const { id } = await ask('careful')
    await pass(2 * SECOND)

    await pass(2 * HOUR, 20 * MINUTE)

    expect((await load(id)).state).toMatchObject({ type: 'failed', message: 'nobody answered in time: Send?' })
  })
})

describe('a served run that sleeps', () => {
  it('counts as running for the next one of its deployment, and is not skipped when it is due', async () => {
    const sleeping = flow({
      name: 'sleeping',
      async run(_, ctx) {
        await ctx.sleep(25 * MINUTE)
      },
    })
    await serve([deployment({ name: 'slow', flow: sleeping, schedule: interval(10 * MINUTE), overlap: 'skip' })])

    await pass(67 * MINUTE, MINUTE)

    const runs = (await project.store.runs.list({ types: ['completed', 'cancelled'] })).toReversed()
    expect(runs.map(({ state }) => state.name)).toEqual([
      'Completed',
      'Skipped',
      'Skipped',
      'Completed',
      'Skipped',
      'Skipped',
    ])
  })
})
