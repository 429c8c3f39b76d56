import { createFakeClock, runFlow } from 'd2flow/testing'
import { deployment, flow, HOUR, runtime, task } from 'd2flow'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '../../src/base/log.ts'
import { readSettings } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'
import { createService } from '../../src/project/serve.ts'
import { loadResult } from '../../src/store/results.ts'

/** Says where it is, in a sentence and by the clock. */
const told = flow({
  name: 'told',
  run: (_, ctx) => ({
    title: `report of ${runtime.deployment?.name ?? 'local'}`,
    due: runtime.flowRun?.scheduledStartTime.toISOString() ?? null,
    sameInContext: ctx.dueAt.toISOString(),
    startedAt: ctx.clock.now().toISOString(),
  }),
})

/** Runs it as a deployment in a serving process, an hour after it was due. */
async function servedAnHourLate() {
  const folder = mkdtempSync(join(tmpdir(), 'd2flow-runtime-'))
  const clock = createFakeClock('2026-03-01T00:00:00Z')
  const deployments = [deployment({ name: 'nightly', flow: told })]
  const settings = readSettings({})
  const project = await openProject({ folder, definition: { deployments }, settings, store: 'memory:', clock })
  try {
    await applyDeployments(deployments, project.store, clock)
    const [record] = await project.store.deployments.list()
    if (record === undefined) throw new Error('the deployment is not there')
    const { id } = await requestRun(project, record, {})
    clock.advance(HOUR)
    const service = createService({ project, clock, log: silentLog, signal: new AbortController().signal })
    await service.tick({ slow: true })
    await service.worker.idle()
    const run = await project.store.runs.get(id)
    if (run?.result === null || run === null) throw new Error(`the run is ${run?.state.name}`)
    return (await loadResult(project.store, run.result)) as Record<string, string>
  } finally {
    await project.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('where am I', () => {
  it('F111 is local for a run by hand, and the name of the deployment when it is served', async () => {
    const local = await runFlow(told, {})

    expect(local.result?.title).toBe('report of local')
    expect((await servedAnHourLate())['title']).toBe('report of nightly')
  })

  it('F112 has a name that people can say, its own for each run and the one in the store', async () => {
    const named = flow({ name: 'named', run: () => runtime.flowRun?.name })

    const one = await runFlow(named, {})
    const other = await runFlow(named, {})

    for (const { result, run, store } of [one, other]) {
      expect(result).toMatch(/^[a-z]+-[a-z]+$/)
      expect(result).toBe((await store?.runs.get(run.id))?.name)
    }
    expect(one.result).not.toBe(other.result)
  })

  it('F113 is due when it was scheduled, not when it started', async () => {
    expect(await servedAnHourLate()).toMatchObject({
      due: '2026-03-01T00:00:00.000Z',
      sameInContext: '2026-03-01T00:00:00.000Z',
      startedAt: '2026-03-01T01:00:00.000Z',
    })
  })

  it('F114 lets one flow say different things by hand and as a deployment', async () => {
    const deployed = await runFlow(
      told,
      {},
      { deployment: { id: 'd1', name: 'weekly-report', scheduleSlug: null }, dueAt: '2025-06-01T06:00:00Z' },
    )

    expect(deployed.result).toMatchObject({ title: 'report of weekly-report', due: '2025-06-01T06:00:00.000Z' })
  })

  it('F115 is null outside of any run', () => {
    expect([runtime.deployment, runtime.flowRun, runtime.taskRun]).toEqual([null, null, null])
  })

  it('F115 knows the run, its parameters, its flow and the task that is at work', async () => {
    let seen: unknown
    const look = task({ name: 'look', run: () => void (seen = { task: runtime.taskRun, flow: runtime.flowRun }) })
    const looking = flow({ name: 'looking', params: z.object({ level: z.int() }), run: async () => await look() })

    const { run, steps } = await runFlow(looking, { level: 3 }, { tags: ['dhis2'] })

    expect(seen).toMatchObject({
      task: { id: steps[0]?.id, name: 'look-0', taskName: 'look', runCount: 1 },
      flow: {
        id: run.id,
        name: run.name,
        flowName: 'looking',
        parameters: { level: 3 },
        tags: ['dhis2'],
        parentFlowRunId: null,
        rootFlowRunId: run.id,
        runCount: 1,
      },
    })
  })

  it('F115 never mixes up two runs that overlap', async () => {
    const seen = new Map<string, Set<string | undefined>>()
    const looking = flow({
      name: 'looking',
      async run(_, ctx) {
        const names = new Set<string | undefined>()
        for (let time = 0; time < 100; time += 1) {
          await new Promise(setImmediate)
          names.add(runtime.flowRun?.name)
        }
        seen.set(ctx.runName, names)
      },
    })

    const [one, other] = await Promise.all([runFlow(looking, {}), runFlow(looking, {})])

    expect(one.run.name).not.toBe(other.run.name)
    for (const { run } of [one, other]) expect([...(seen.get(run.name) ?? [])]).toEqual([run.name])
  })
})
