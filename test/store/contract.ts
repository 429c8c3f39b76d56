/** What every store promises. Each kind of store runs all of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, MINUTE, SECOND } from '../../src/base/duration.ts'
import { newId } from '../../src/base/ids.ts'
import { markdown, progress, table } from '../../src/model/artifact.ts'
import { newState } from '../../src/model/new-state.ts'
import type { FlowRun } from '../../src/model/run.ts'
import type { State } from '../../src/model/state.ts'
import { WAITING_MS, type SlotRequest, type SlotWant } from '../../src/model/limit.ts'
import type { LogLine } from '../../src/model/log-line.ts'
import type { WorkPool } from '../../src/model/work-pool.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { given, loaded, startedRun, worker } from './given.ts'

export interface StoreUnderTest {
  readonly store: Store
  readonly close: () => Promise<void>
}

const SHA = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

export function storeContract(open: (clock: FakeClock) => Promise<StoreUnderTest>): void {
  let clock: FakeClock
  let store: Store
  let close: () => Promise<void>
  let a: ReturnType<typeof given>

  beforeEach(async () => {
    clock = createFakeClock()
    a = given(clock)
    ;({ store, close } = await open(clock))
  })
  afterEach(async () => await close())

  const state = (type: Parameters<typeof newState>[0], options: Parameters<typeof newState>[2] = {}) =>
    newState(type, clock.now(), options)
  const finish = async (run: FlowRun) =>
    await store.write([{ kind: 'run-state', runId: run.id, epoch: run.epoch, state: state('completed') }])

  describe('runs', () => {
    it('gives back a run as it was written', async () => {
      const run: FlowRun = {
        ...a.run({
          tags: ['economy'],
          key: 'push-2023',
          flowVersion: '1.2.0',
          parameters: { deep: [{ a: null }, 'ä'] },
        }),
        startedAt: '2026-01-01T00:00:01.234Z',
        failure: { name: 'HttpError', code: 'http/status', message: 'no', retryable: true, details: { status: 503 } },
        warning: '1 task failed',
        window: { fromAt: '2025-12-31T06:00:00.000Z', toAt: '2026-01-01T06:00:00.000Z' },
        fallbacks: ['world-bank'],
        result: { kind: 'file', path: 'x/y.json', bytes: 70_000, sha256: SHA },
      }

      await store.write([{ kind: 'run-created', run }])

      expect(await store.runs.get(run.id)).toEqual(run)
    })

    it('knows nothing of a run that was never written', async () => {
      expect(await store.runs.get(newId())).toBeNull()
      expect(await store.runs.history(newId())).toEqual([])
      expect(await store.taskRuns.list(newId())).toEqual([])
    })

    it('F112 keeps the readable name of a run', async () => {
      const [first, second] = [a.run(), a.run()]

      await store.write([
        { kind: 'run-created', run: first },
        { kind: 'run-created', run: second },
      ])

      expect((await store.runs.list()).map(({ name }) => name)).toEqual([second.name, first.name])
    })

    it('writes state, members and history together', async () => {
      const run = await startedRun(store, a.run())
      const failed = state('failed', { message: 'no answer', details: { retriable: true } })
      const failure = { name: 'HttpError', code: 'http/timeout', message: 'no answer', retryable: true }

      await store.write([
        {
          kind: 'run-state',
          runId: run.id,
          epoch: 0,
          state: failed,
          patch: { endedAt: clock.now().toISOString(), failure, runCount: 1 },
        },
      ])

      const after = await loaded(store, run.id)
      expect(after).toEqual({
        ...run,
        state: failed,
        endedAt: clock.now().toISOString(),
        failure,
        runCount: 1,
      })
      expect((await store.runs.history(run.id)).map(({ type }) => type)).toEqual([
        'scheduled',
        'pending',
        'running',
        'failed',
      ])
      expect((await store.runs.history(run.id)).at(-1)).toEqual(failed)
    })

    it('keeps every word of a state: its own name, message, details and moment', async () => {
      const run = await startedRun(store, a.run())
      const paused = {
        id: 'not a UUID',
        type: 'paused' as const,
        name: 'Suspended',
        at: '2026-01-02T03:04:05.006Z',
        message: 'waits for\na person ☕',
        details: { reason: 'approval', transitionId: 't-1', nested: { a: [1, null] } },
      }

      await store.write([{ kind: 'run-state', runId: run.id, epoch: 0, state: paused }])

      expect((await store.runs.history(run.id)).at(-1)).toEqual(paused)
      expect((await loaded(store, run.id)).state).toEqual(paused)
    })

    it('changes members without a new state, and sets them back to null', async () => {
      const run = await startedRun(store, a.run())

      await store.write([
        { kind: 'run-patched', runId: run.id, epoch: 0, patch: { warning: 'fallback used', fallbacks: ['demo'] } },
        { kind: 'run-patched', runId: run.id, epoch: 0, patch: { warning: null } },
      ])

      const after = await loaded(store, run.id)
      expect(after).toMatchObject({ warning: null, fallbacks: ['demo'] })
      expect(await store.runs.history(run.id)).toHaveLength(3)
    })

    it('refuses an arrow that the transition table does not hold, and keeps the run as it was', async () => {
      const run = await startedRun(store, a.run())
      await finish(run)

      const again = store.write([{ kind: 'run-state', runId: run.id, epoch: 0, state: state('running') }])

      await expect(again).rejects.toMatchObject({ code: 'engine/transition' })
      expect((await loaded(store, run.id)).state.type).toBe('completed')
      expect(await store.runs.history(run.id)).toHaveLength(4)
    })

    it('refuses a new run in a state in which no run begins', async () => {
      const run = { ...a.run(), state: state('running') }

      await expect(store.write([{ kind: 'run-created', run }])).rejects.toMatchObject({ code: 'engine/transition' })
      expect(await store.runs.get(run.id)).toBeNull()
    })

    it('ignores a transition that was made before', async () => {
      const run = await startedRun(store, a.run())
      const completed = state('completed', { details: { transitionId: 'settle-1' } })
      const change = { kind: 'run-state', runId: run.id, epoch: 0, state: completed } as const
      await store.write([change])

      await store.write([change])

      expect(await store.runs.history(run.id)).toHaveLength(4)
    })

    it('finds a run by its key, the newest first', async () => {
      const first = await startedRun(store, a.run({ key: 'push' }))
      await finish(first)
      const second = a.run({ key: 'push' })
      await store.write([{ kind: 'run-created', run: second }])

      expect((await store.runs.findByKey('gdp-comparison', 'push'))?.id).toBe(second.id)
      expect(await store.runs.findByKey('another-flow', 'push')).toBeNull()
      expect(await store.runs.findByKey('gdp-comparison', 'pus')).toBeNull()
    })

    it('lets one run at a time live under a key', async () => {
      const first = await startedRun(store, a.run({ key: 'push' }))
      const other = a.run({ key: 'push' })

      await expect(store.write([{ kind: 'run-created', run: other }])).rejects.toMatchObject({
        code: 'store/stale',
        hint: expect.stringContaining('resume'),
      })
      await finish(first)
      await store.write([{ kind: 'run-created', run: other }])

      expect((await store.runs.findByKey('gdp-comparison', 'push'))?.id).toBe(other.id)
    })

    it('does not bring an ended run back to life while another one lives under its key', async () => {
      const first = await startedRun(store, a.run({ key: 'push' }))
      await store.write([{ kind: 'run-state', runId: first.id, epoch: 0, state: state('failed') }])
      await startedRun(store, a.run({ key: 'push' }))

      const retried = store.write([{ kind: 'run-state', runId: first.id, epoch: 0, state: state('scheduled') }])

      await expect(retried).rejects.toMatchObject({ code: 'store/stale' })
      expect((await loaded(store, first.id)).state.type).toBe('failed')
    })

    it('gives one of two who decide at once their way, when they say what they saw', async () => {
      const run = await startedRun(store, a.run())
      const seen = (await loaded(store, run.id)).state.id
      const paused = state('paused')
      const decide = async (next: State) =>
        await store.write([{ kind: 'run-state', runId: run.id, epoch: 0, state: next, ifStateId: seen }])

      await decide(paused)
      const second = decide(state('cancelling'))

      await expect(second).rejects.toMatchObject({ code: 'store/stale', details: { state: 'Paused' } })
      expect((await loaded(store, run.id)).state).toEqual(paused)
    })

    it('refuses a second run with the same id', async () => {
      const run = a.run()
      await store.write([{ kind: 'run-created', run }])

      await expect(store.write([{ kind: 'run-created', run }])).rejects.toMatchObject({ code: 'store/stale' })
    })

    it('finds runs by the beginning of their id or name, and takes no sign for a wildcard', async () => {
      const run = { ...a.run(), name: 'brave-otter' }
      const other = { ...a.run(), name: 'brave-owl' }
      await store.write([
        { kind: 'run-created', run },
        { kind: 'run-created', run: other },
      ])

      expect((await store.runs.find('brave-o')).map(({ id }) => id)).toEqual([other.id, run.id])
      expect((await store.runs.find('brave-ot')).map(({ id }) => id)).toEqual([run.id])
      expect((await store.runs.find(run.id)).map(({ id }) => id)).toEqual([run.id])
      expect(await store.runs.find('%')).toEqual([])
      expect(await store.runs.find('Brave')).toEqual([])
      expect(await store.runs.find('otter')).toEqual([])
    })

    it('F002 tells children from their parent, and lists what was asked for', async () => {
      const parent = await startedRun(store, a.run())
      const child = a.run({ flowName: 'fetch-country', parent: { id: parent.id, rootRunId: parent.id } })
      await store.write([{ kind: 'run-created', run: child }])

      const ids = async (filter: Parameters<Store['runs']['list']>[0]) =>
        (await store.runs.list(filter)).map(({ id }) => id)

      expect(await ids({})).toEqual([child.id, parent.id])
      expect(await ids({ parentRunId: parent.id })).toEqual([child.id])
      expect(await ids({ parentRunId: null })).toEqual([parent.id])
      expect(await ids({ flowName: 'fetch-country' })).toEqual([child.id])
      expect(await ids({ types: ['running', 'failed'] })).toEqual([parent.id])
      expect(await ids({ hasStarted: true })).toEqual([])
      expect(await ids({ hasStarted: false })).toEqual([child.id, parent.id])
      expect(await ids({ types: [] })).toEqual([])
      expect(await ids({ deploymentId: 'weekly' })).toEqual([])
    })

    it('finds runs by a whole tag and by when they were due', async () => {
      const early = a.run({ tags: ['economy', 'a "quoted" one'], dueAt: new Date('2026-01-01T05:00:00Z') })
      const late = a.run({ tags: ['Economy', 'eco'], dueAt: new Date('2026-01-01T06:00:00Z') })
      await store.write([early, late].map((run) => ({ kind: 'run-created', run })))

      const ids = async (filter: Parameters<Store['runs']['list']>[0]) =>
        (await store.runs.list(filter)).map(({ id }) => id)

      expect(await ids({ tag: 'economy' })).toEqual([early.id])
      expect(await ids({ tag: 'a "quoted" one' })).toEqual([early.id])
      expect(await ids({ tag: 'econ' })).toEqual([])
      expect(await ids({ dueFrom: '2026-01-01T06:00:00.000Z' })).toEqual([late.id])
      expect(await ids({ dueBefore: '2026-01-01T06:00:00.000Z' })).toEqual([early.id])
    })

    it('counts runs no further than it was asked to', async () => {
      await store.write(Array.from({ length: 7 }, () => ({ kind: 'run-created', run: a.run() })))

      expect(await store.runs.count({}, 1_000)).toBe(7)
      expect(await store.runs.count({}, 5)).toBe(5)
      expect(await store.runs.count({ types: ['failed'] }, 5)).toBe(0)
    })

    it('tallies what was due in each stretch of time, by state', async () => {
      const due = (at: string) => a.run({ dueAt: new Date(at) })
      const runs = [
        due('2026-01-01T00:59:59.999Z'),
        due('2026-01-01T01:00:00Z'),
        due('2026-01-01T01:59:59.999Z'),
        due('2026-01-01T02:30:00Z'),
        due('2026-01-01T04:00:00Z'),
      ]
      await store.write(runs.slice(0, 3).map((run) => ({ kind: 'run-created', run })))
      await startedRun(store, runs[3] as FlowRun)
      await store.write([{ kind: 'run-created', run: runs[4] as FlowRun }])

      const tally = await store.runs.tally({
        from: new Date('2026-01-01T01:00:00Z'),
        before: new Date('2026-01-01T04:00:00Z'),
        everyMs: 60 * MINUTE,
      })

      expect(tally).toEqual([
        { from: '2026-01-01T01:00:00.000Z', type: 'scheduled', runs: 2 },
        { from: '2026-01-01T02:00:00.000Z', type: 'running', runs: 1 },
      ])
    })

    it('pages through runs without gap or repeat while new ones come', async () => {
      const runs = Array.from({ length: 7 }, () => a.run())
      await store.write(runs.map((run) => ({ kind: 'run-created', run })))

      const seen: string[] = []
      for (let before: string | undefined; ; before = seen.at(-1)) {
        const page = await store.runs.list({ limit: 3, ...(before === undefined ? {} : { before }) })
        seen.push(...page.map(({ id }) => id))
        if (page.length < 3) break
        await store.write([{ kind: 'run-created', run: a.run() }])
      }

      expect(seen).toEqual(runs.map(({ id }) => id).reverse())
    })

    it('gives 50 runs when no number is asked for', async () => {
      await store.write(Array.from({ length: 60 }, () => ({ kind: 'run-created', run: a.run() })))

      expect(await store.runs.list()).toHaveLength(50)
    })
  })

  describe('the revision', () => {
    it('is another one after something was written, and the same until then', async () => {
      const run = a.run()
      const before = await store.revision()
      await store.write([{ kind: 'run-created', run }])
      const created = await store.revision()
      await store.runs.list()

      expect(created).not.toBe(before)
      expect(await store.revision()).toBe(created)

      await store.variables.set('n', 1)
      expect(await store.revision()).not.toBe(created)
    })
  })

  describe('runs of a schedule', () => {
    it('F131 keeps one run per deployment, schedule and moment, whoever asks first', async () => {
      const first = a.scheduled('2026-01-05T06:00:00Z')

      await store.write([{ kind: 'run-created', run: first }])
      await store.write([{ kind: 'run-created', run: a.scheduled('2026-01-05T06:00:00Z') }])
      await store.write([
        {
          kind: 'run-created',
          run: a.scheduled('2026-01-05T06:00:00Z', {
            deployment: { id: 'weekly', name: 'gdp-weekly', scheduleSlug: 'also-monday' },
          }),
        },
      ])

      expect((await store.runs.upcoming('weekly')).map(({ scheduleSlug }) => scheduleSlug)).toEqual([
        'monday',
        'also-monday',
      ])
      expect((await store.runs.upcoming('weekly'))[0]?.id).toBe(first.id)
    })

    it('leaves out what a list says of a run that was ignored', async () => {
      await store.write([{ kind: 'run-created', run: a.scheduled('2026-01-05T06:00:00Z') }])
      const late = a.scheduled('2026-01-05T06:00:00Z')
      const line: LogLine = {
        runId: late.id,
        taskRunId: null,
        at: clock.now().toISOString(),
        level: 'warn',
        message: 'too late',
      }

      await store.write([
        { kind: 'run-created', run: late },
        { kind: 'run-state', runId: late.id, epoch: 0, state: state('cancelled', { name: 'Skipped' }) },
        { kind: 'logs', lines: [line] },
        { kind: 'outbox', message: a.message({ runId: late.id }) },
      ])

      expect(await store.runs.list()).toHaveLength(1)
      expect((await store.runs.list())[0]?.state.type).toBe('scheduled')
      expect(await store.outbox.list()).toEqual([])
    })

    it('lets any number of runs be asked for by hand at one moment', async () => {
      const byHand = () =>
        a.scheduled('2026-01-05T06:00:00Z', {
          deployment: { id: 'weekly', name: 'gdp-weekly', scheduleSlug: null },
        })

      await store.write([
        { kind: 'run-created', run: byHand() },
        { kind: 'run-created', run: byHand() },
      ])

      expect(await store.runs.upcoming('weekly')).toHaveLength(2)
    })

    it('shows what is to come, soonest first, and nothing that has started', async () => {
      const [late, soon, started] = [
        a.scheduled('2026-01-19T06:00:00Z'),
        a.scheduled('2026-01-12T06:00:00Z'),
        a.scheduled('2026-01-05T06:00:00Z'),
      ]
      await store.write([late, soon, started].map((run) => ({ kind: 'run-created', run })))
      await store.write([
        {
          kind: 'run-state',
          runId: started.id,
          epoch: 0,
          state: state('pending'),
          patch: { startedAt: clock.now().toISOString() },
        },
      ])

      expect((await store.runs.upcoming('weekly')).map(({ id }) => id)).toEqual([soon.id, late.id])
    })
  })

  describe('steps', () => {
    it('gives back steps as they were written, in order of submission', async () => {
      const run = await startedRun(store, a.run())
      const first = a.step(run, { inputHash: SHA, version: '2', cacheKey: 'fetch-gdp:abc' })
      const second = a.step(run, { inputHash: 'no hash', result: { kind: 'value', value: [1, null], sha256: SHA } })

      await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [second, first] }])

      expect(await store.taskRuns.list(run.id)).toEqual([first.taskRun, second.taskRun])
      expect(await store.taskRuns.outline(run.id)).toMatchObject([
        { id: first.taskRun.id, name: first.taskRun.name, state: first.taskRun.state, startedAt: null },
        { id: second.taskRun.id },
      ])
    })

    it('writes the states, the result and the history of a step together', async () => {
      const run = await startedRun(store, a.run())
      const { taskRun } = a.step(run)
      const waits = state('scheduled', { name: 'AwaitingRetry', details: { scheduledFor: '2026-01-01T00:01:00.000Z' } })
      const result = { kind: 'value', value: { gdp: 1.5 }, sha256: SHA } as const
      await store.write([
        {
          kind: 'task-runs-created',
          runId: run.id,
          epoch: 0,
          taskRuns: [{ taskRun, states: [taskRun.state, state('running')] }],
        },
        { kind: 'task-run-state', runId: run.id, epoch: 0, taskRunId: taskRun.id, states: [waits] },
      ])

      const completed = state('completed')
      await store.write([
        {
          kind: 'task-run-state',
          runId: run.id,
          epoch: 0,
          taskRunId: taskRun.id,
          states: [state('running', { name: 'Retrying' }), completed],
          patch: { result, runCount: 2, endedAt: '2026-01-01T00:01:02.345Z', inputHash: SHA },
        },
      ])

      expect(await store.taskRuns.list(run.id)).toEqual([
        { ...taskRun, state: completed, result, runCount: 2, endedAt: '2026-01-01T00:01:02.345Z', inputHash: SHA },
      ])
      const history = await store.taskRuns.history(taskRun.id)
      expect(history.map(({ name }) => name)).toEqual(['Pending', 'Running', 'AwaitingRetry', 'Retrying', 'Completed'])
      expect(history[2]).toEqual(waits)
      expect(await store.taskRuns.histories(run.id)).toEqual(new Map([[taskRun.id, history]]))
    })

    it('refuses an arrow between steps that the table does not hold, the first of a list included', async () => {
      const run = await startedRun(store, a.run())
      const { taskRun } = a.step(run)
      const running = { ...taskRun, state: state('running') }
      const create = async (states: (typeof taskRun.state)[]) =>
        await store.write([
          { kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [{ taskRun: running, states }] },
        ])

      await expect(create([running.state])).rejects.toMatchObject({ code: 'engine/transition' })
      await create([taskRun.state, running.state])
      const paused = store.write([
        { kind: 'task-run-state', runId: run.id, epoch: 0, taskRunId: taskRun.id, states: [state('paused')] },
      ])

      await expect(paused).rejects.toMatchObject({ code: 'engine/transition' })
      expect(await store.taskRuns.history(taskRun.id)).toHaveLength(2)
    })

    it('refuses a step that is not there, or that is another run’s', async () => {
      const [run, other] = [await startedRun(store, a.run()), await startedRun(store, a.run())]
      const step = a.step(other)
      await store.write([{ kind: 'task-runs-created', runId: other.id, epoch: 0, taskRuns: [step] }])
      const move = async (taskRunId: string) =>
        await store.write([{ kind: 'task-run-state', runId: run.id, epoch: 0, taskRunId, states: [state('running')] }])

      await expect(move(newId())).rejects.toMatchObject({ code: 'store/not-found' })
      await expect(move(step.taskRun.id)).rejects.toMatchObject({ code: 'store/not-found' })
    })

    it('keeps the failure of a step, and takes it away again', async () => {
      const run = await startedRun(store, a.run())
      const step = a.step(run)
      const failure = { name: 'DataError', code: 'data/value', message: 'NaN', retryable: false, hint: 'look at row 3' }
      await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [step] }])
      const move = async (
        patch: { failure: typeof failure | null },
        ...types: ('running' | 'failed' | 'scheduled')[]
      ) =>
        await store.write([
          {
            kind: 'task-run-state',
            runId: run.id,
            epoch: 0,
            taskRunId: step.taskRun.id,
            states: types.map((type) => state(type)),
            patch,
          },
        ])

      await move({ failure }, 'running', 'failed')
      expect((await store.taskRuns.list(run.id))[0]?.failure).toEqual(failure)

      await move({ failure: null }, 'scheduled')
      expect((await store.taskRuns.list(run.id))[0]?.failure).toBeNull()
    })
  })

  describe('one list of changes', () => {
    it('is written wholly or not at all', async () => {
      const run = await startedRun(store, a.run())
      const step = a.step(run)
      const child = a.run()
      const line: LogLine = {
        runId: run.id,
        taskRunId: null,
        at: clock.now().toISOString(),
        level: 'info',
        message: '',
      }

      const refused = store.write([
        { kind: 'run-created', run: child },
        { kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [step] },
        { kind: 'run-patched', runId: run.id, epoch: 0, patch: { warning: 'half done' } },
        { kind: 'logs', lines: [line] },
        { kind: 'artifact', artifact: a.artifact(run, markdown('report', '# Report')) },
        { kind: 'outbox', message: a.message() },
        { kind: 'event', event: a.event() },
        { kind: 'rule-fired', firing: a.firing() },
        {
          kind: 'cache',
          record: {
            key: 'k',
            result: { kind: 'value', value: 1, sha256: SHA },
            taskRunId: null,
            createdAt: clock.now().toISOString(),
            expiresAt: null,
          },
        },
        { kind: 'run-state', runId: newId(), epoch: 0, state: state('running') },
      ])

      await expect(refused).rejects.toMatchObject({ code: 'store/not-found', hint: expect.any(String) })
      expect(await store.runs.get(child.id)).toBeNull()
      expect(await store.runs.get(run.id)).toEqual(run)
      expect(await store.taskRuns.list(run.id)).toEqual([])
      expect(await store.logs.list(run.id)).toEqual([])
      expect(await store.artifacts.listByRun(run.id)).toEqual([])
      expect(await store.outbox.list()).toEqual([])
      expect(await store.events.list({ name: 'rule.fired' })).toEqual([])
      expect(await store.ruleFirings.list()).toEqual([])
      expect(await store.cache.get('k')).toBeNull()
    })

    it('is read in order: a later change sees what an earlier one made', async () => {
      const run = a.run()

      await store.write([
        { kind: 'run-created', run },
        { kind: 'run-state', runId: run.id, epoch: 0, state: state('pending'), nextEpoch: 1 },
        { kind: 'run-state', runId: run.id, epoch: 1, state: state('running') },
      ])

      expect(await loaded(store, run.id)).toMatchObject({ epoch: 1, state: { type: 'running' } })
    })

    it('may be empty', async () => {
      await expect(store.write([])).resolves.toBeUndefined()
    })

    it('is not changed by what its writer does to it afterwards', async () => {
      const parameters = { countries: ['KEN'] }
      const run = a.run({ parameters })

      await store.write([{ kind: 'run-created', run }])
      parameters.countries.push('UGA')

      expect((await loaded(store, run.id)).parameters).toEqual({ countries: ['KEN'] })
    })
  })

  describe('lists that are handed in together', () => {
    it('succeed or fail each alone', async () => {
      const run = await startedRun(store, a.run())
      const steps = Array.from({ length: 5 }, () => a.step(run))

      const outcomes = await Promise.allSettled(
        steps.map(
          async (step, index) =>
            await store.write([
              {
                kind: 'logs',
                lines: [
                  { runId: run.id, taskRunId: null, at: clock.now().toISOString(), level: 'info', message: `${index}` },
                ],
              },
              // the third writer believes it holds another epoch
              { kind: 'task-runs-created', runId: run.id, epoch: index === 2 ? 7 : 0, taskRuns: [step] },
            ]),
        ),
      )

      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ])
      expect(outcomes[2]).toMatchObject({ reason: { code: 'store/stale' } })
      expect((await store.taskRuns.list(run.id)).map(({ id }) => id)).toEqual(
        steps.filter((_, index) => index !== 2).map(({ taskRun }) => taskRun.id),
      )
      expect((await store.logs.list(run.id)).map(({ message }) => message)).toEqual(['0', '1', '3', '4'])
    })

    it('see each other in the order in which they were handed in', async () => {
      const run = a.run()

      const outcomes = await Promise.allSettled([
        store.write([{ kind: 'run-created', run }]),
        store.write([{ kind: 'run-state', runId: run.id, epoch: 0, state: state('pending'), nextEpoch: 1 }]),
        store.write([{ kind: 'run-state', runId: run.id, epoch: 0, state: state('running') }]),
        store.write([{ kind: 'run-state', runId: run.id, epoch: 1, state: state('running') }]),
      ])

      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    })

    it('may be a thousand', async () => {
      const run = await startedRun(store, a.run())
      const steps = Array.from({ length: 1_000 }, () => a.step(run))

      await Promise.all(
        steps.map(
          async (step) => await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [step] }]),
        ),
      )

      expect(await store.taskRuns.list(run.id)).toHaveLength(1_000)
    })
  })

  describe('a writer that lost its run', () => {
    it('changes nothing with its old epoch', async () => {
      const run = await startedRun(store, a.run())
      const step = a.step(run)
      await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [step] }])
      await store.write([
        { kind: 'run-state', runId: run.id, epoch: 0, state: state('crashed'), nextEpoch: 1 },
        { kind: 'run-state', runId: run.id, epoch: 1, state: state('scheduled', { name: 'Recovering' }) },
      ])
      const before = await loaded(store, run.id)

      const writes = [
        store.write([{ kind: 'run-state', runId: run.id, epoch: 0, state: state('pending') }]),
        store.write([{ kind: 'run-patched', runId: run.id, epoch: 0, patch: { warning: 'zombie' } }]),
        store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [a.step(run)] }]),
        store.write([
          { kind: 'task-run-state', runId: run.id, epoch: 0, taskRunId: step.taskRun.id, states: [state('running')] },
        ]),
      ]

      for (const write of writes) {
        await expect(write).rejects.toMatchObject({
          code: 'store/stale',
          retryable: true,
          hint: expect.stringContaining('taken over'),
        })
      }
      expect(await loaded(store, run.id)).toEqual(before)
      expect(await store.taskRuns.list(run.id)).toEqual([step.taskRun])
    })

    it('is refused after a takeover by another worker', async () => {
      await store.write([{ kind: 'run-created', run: a.run() }])
      const [first] = await store.leases.claim(worker('first'), { limit: 1, leaseMs: 30 * SECOND })
      const runId = first?.id ?? ''
      clock.advance(31 * SECOND)
      await store.write([
        { kind: 'run-state', runId, epoch: 1, state: state('crashed'), nextEpoch: 2 },
        { kind: 'run-state', runId, epoch: 2, state: state('scheduled', { name: 'Recovering' }) },
      ])
      const [second] = await store.leases.claim(worker('second'), { limit: 1, leaseMs: 30 * SECOND })

      const zombie = store.write([{ kind: 'run-state', runId, epoch: 1, state: state('running') }])

      await expect(zombie).rejects.toMatchObject({ code: 'store/stale' })
      await store.write([{ kind: 'run-state', runId, epoch: 3, state: state('running') }])
      expect(second?.epoch).toBe(3)
      expect((await loaded(store, runId)).state.type).toBe('running')
    })
  })

  describe('claims', () => {
    const claim = async (name: string, options: Partial<Parameters<Store['leases']['claim']>[1]> = {}) =>
      await store.leases.claim(worker(name), { limit: 10, leaseMs: 30 * SECOND, ...options })

    it('take what is due, oldest first, and make it pending under a new epoch with a lease', async () => {
      const [later, sooner, future] = [
        a.scheduled('2026-01-01T00:00:00Z'),
        a.scheduled('2025-12-31T23:59:00Z'),
        a.scheduled('2026-01-01T00:00:00.001Z'),
      ]
      await store.write([later, sooner, future].map((run) => ({ kind: 'run-created', run })))

      const claimed = await claim('w1')

      expect(claimed.map(({ id }) => id)).toEqual([sooner.id, later.id])
      expect(claimed[0]).toMatchObject({ epoch: 1, state: { type: 'pending', name: 'Pending' } })
      expect(await store.runs.get(sooner.id)).toEqual(claimed[0])
      expect((await store.runs.history(sooner.id)).map(({ type }) => type)).toEqual(['scheduled', 'pending'])
      const lease = { epoch: 1, worker: worker('w1'), expiresAt: '2026-01-01T00:00:30.000Z' }
      expect(await store.leases.list()).toEqual([
        { runId: later.id, ...lease },
        { runId: sooner.id, ...lease },
      ])
      expect((await loaded(store, future.id)).state.type).toBe('scheduled')
    })

    it('give a run to one of two workers that ask at once', async () => {
      const runs = Array.from({ length: 20 }, () => a.run())
      await store.write(runs.map((run) => ({ kind: 'run-created', run })))

      const shares = await Promise.all([claim('w1', { limit: 15 }), claim('w2', { limit: 15 }), claim('w3')])

      const taken = shares.flat().map(({ id }) => id)
      expect(taken).toHaveLength(20)
      expect(new Set(taken)).toEqual(new Set(runs.map(({ id }) => id)))
    })

    it('take no more than asked for, and nothing when nothing is due', async () => {
      await store.write([
        { kind: 'run-created', run: a.run() },
        { kind: 'run-created', run: a.run() },
      ])

      expect(await claim('w1', { limit: 0 })).toEqual([])
      expect(await claim('w1', { limit: 1 })).toHaveLength(1)
      expect(await claim('w1')).toHaveLength(1)
      expect(await claim('w1')).toEqual([])
    })

    it('take only the runs and flows that were named', async () => {
      const [known, unknown, notNamed] = [a.run(), a.run({ flowName: 'of-another-project' }), a.run()]
      await store.write([known, unknown, notNamed].map((run) => ({ kind: 'run-created', run })))

      const claimed = await claim('w1', { flowNames: ['gdp-comparison'], runIds: [known.id, unknown.id] })

      expect(claimed.map(({ id }) => id)).toEqual([known.id])
      expect(await claim('w1', { runIds: [] })).toEqual([])
    })

    it('leave the schedule of a paused deployment alone, not what a person asked of it', async () => {
      const scheduled = a.scheduled('2026-01-01T00:00:00Z')
      const byHand = a.run({ deployment: { id: 'weekly', name: 'gdp-weekly', scheduleSlug: null } })
      await store.deployments.save(a.deployment({ paused: true }))
      await store.write([
        { kind: 'run-created', run: scheduled },
        { kind: 'run-created', run: byHand },
      ])

      expect((await claim('w1')).map(({ id }) => id)).toEqual([byHand.id])

      await store.deployments.save(a.deployment({ paused: false }))
      expect((await claim('w1')).map(({ id }) => id)).toEqual([scheduled.id])
    })

    it('are offered in turn: a hundred runs of one deployment do not hold up the run of another', async () => {
      const ofOne = Array.from({ length: 100 }, (_, minute) =>
        a.scheduled(new Date(Date.parse('2025-12-31T00:00:00Z') + minute * MINUTE).toISOString()),
      )
      const other = a.scheduled('2025-12-31T12:00:00Z', {
        deployment: { id: 'nightly', name: 'n', scheduleSlug: 'daily' },
      })
      const byHand = a.run({ flowName: 'hello' })
      const later = a.scheduled('2026-06-01T00:00:00Z')
      await store.write([...ofOne, other, byHand, later].map((run) => ({ kind: 'run-created', run })))
      clock.advance(SECOND)

      const ids = async (options: Parameters<Store['runs']['due']>[0]) =>
        (await store.runs.due(options)).map(({ id }) => id)

      expect(await ids({ limit: 4 })).toEqual([ofOne[0]?.id, other.id, byHand.id, ofOne[1]?.id])
      expect(await ids({ limit: 2, flowNames: ['hello'] })).toEqual([byHand.id])
      expect(await ids({ limit: 1_000 })).toHaveLength(102)
    })

    it('wait for the moment of a retry', async () => {
      await store.write([{ kind: 'run-created', run: a.run() }])
      const [run] = await claim('w1')
      const retryAt = new Date(clock.now().getTime() + MINUTE).toISOString()
      const retry = state('scheduled', { name: 'AwaitingRetry', details: { scheduledFor: retryAt } })
      await store.write([
        { kind: 'run-state', runId: run?.id ?? '', epoch: 1, state: state('running') },
        { kind: 'run-state', runId: run?.id ?? '', epoch: 1, state: retry },
      ])

      expect(await claim('w2')).toEqual([])
      clock.advance(MINUTE)
      expect(await claim('w2')).toMatchObject([{ id: run?.id, epoch: 2 }])
    })
  })

  describe('leases', () => {
    const claimOne = async (): Promise<FlowRun> => {
      await store.write([{ kind: 'run-created', run: a.run() }])
      const [run] = await store.leases.claim(worker('w1'), { limit: 1, leaseMs: 30 * SECOND })
      if (run === undefined) throw new Error('nothing was due')
      return run
    }

    it('belong to the creator of a run that is claimed from the start', async () => {
      const run = { ...a.run(), state: state('pending'), epoch: 1 }
      clock.advance(SECOND)

      await store.write([{ kind: 'run-created', run, claimed: { worker: worker('w1'), leaseMs: 30 * SECOND } }])

      expect(await store.leases.list()).toEqual([
        { runId: run.id, epoch: 1, worker: worker('w1'), expiresAt: '2026-01-01T00:00:31.000Z' },
      ])
      expect(await store.leases.claim(worker('w2'), { limit: 1, leaseMs: 30 * SECOND })).toEqual([])
    })

    it('live as long as they are renewed', async () => {
      const run = await claimOne()
      clock.advance(20 * SECOND)

      const lost = await store.leases.beat([{ runId: run.id, epoch: 1 }], 30 * SECOND)
      clock.advance(20 * SECOND)

      expect(lost).toEqual([])
      expect(await store.leases.expired()).toEqual([])
      expect(await store.leases.list()).toMatchObject([{ runId: run.id, expiresAt: '2026-01-01T00:00:50.000Z' }])
    })

    it('run out at their moment', async () => {
      const run = await claimOne()

      clock.advance(30 * SECOND)

      expect(await store.leases.list()).toEqual([])
      expect(await store.leases.expired()).toEqual([
        { runId: run.id, epoch: 1, worker: worker('w1'), expiresAt: '2026-01-01T00:00:30.000Z' },
      ])
    })

    it('come back to a slow worker when nobody has taken the run meanwhile', async () => {
      const run = await claimOne()
      clock.advance(40 * SECOND)

      expect(await store.leases.beat([{ runId: run.id, epoch: 1 }], 30 * SECOND)).toEqual([])
      expect(await store.leases.expired()).toEqual([])
    })

    it('are reported lost once the run was taken over, has ended, or never was', async () => {
      const [taken, ended, kept] = [await claimOne(), await claimOne(), await claimOne()]
      await store.write([
        { kind: 'run-state', runId: taken.id, epoch: 1, state: state('crashed'), nextEpoch: 2 },
        { kind: 'run-state', runId: taken.id, epoch: 2, state: state('scheduled') },
        { kind: 'run-state', runId: ended.id, epoch: 1, state: state('failed') },
      ])
      await store.leases.claim(worker('w2'), { limit: 1, leaseMs: 30 * SECOND })

      const lost = await store.leases.beat(
        [taken.id, ended.id, kept.id, 'never'].map((runId) => ({ runId, epoch: 1 })),
        30 * SECOND,
      )

      expect(lost).toEqual([taken.id, ended.id, 'never'])
      expect((await store.leases.list()).map(({ runId, epoch }) => [runId, epoch])).toContainEqual([taken.id, 3])
    })

    it('end with the run, and when the run is handed back', async () => {
      const [ended, handedBack, goesOn] = [await claimOne(), await claimOne(), await claimOne()]

      await store.write([
        { kind: 'run-state', runId: ended.id, epoch: 1, state: state('completed') },
        { kind: 'run-state', runId: handedBack.id, epoch: 1, state: state('scheduled', { name: 'Resuming' }) },
        { kind: 'run-state', runId: goesOn.id, epoch: 1, state: state('running') },
      ])

      expect((await store.leases.list()).map(({ runId }) => runId)).toEqual([goesOn.id])
    })

    it('end with a run that is suspended, and stay with one that is paused', async () => {
      const [suspended, paused] = [a.run(), a.run()]
      await store.write(
        [suspended, paused].map((run) => ({
          kind: 'run-created',
          run: { ...run, state: state('pending'), epoch: 1 },
          claimed: { worker: worker('one'), leaseMs: 30 * SECOND },
        })),
      )
      const waits = async (run: FlowRun, name: string) =>
        await store.write([
          { kind: 'run-state', runId: run.id, epoch: 1, state: state('running') },
          { kind: 'run-state', runId: run.id, epoch: 1, state: state('paused', { name }) },
        ])

      await waits(suspended, 'Suspended')
      await waits(paused, 'Paused')

      expect((await store.leases.list()).map(({ runId }) => runId)).toEqual([paused.id])
    })

    it('run out at once for processes that are known to be gone', async () => {
      const [gone, alive] = [await claimOne(), await claimOne()]

      await store.leases.expire([gone.id, 'never'])

      expect((await store.leases.expired()).map(({ runId }) => runId)).toEqual([gone.id])
      expect((await store.leases.list()).map(({ runId }) => runId)).toEqual([alive.id])
    })
  })

  describe('limits', () => {
    /** A run that somebody executes under a lease of its own. */
    const held = async (leaseMs = 30 * MINUTE): Promise<FlowRun> => {
      const run: FlowRun = { ...a.run(), state: state('pending'), epoch: 1 }
      await store.write([{ kind: 'run-created', run, claimed: { worker: worker('w1'), leaseMs } }])
      return run
    }
    const want = (name: string, slots = 1, ifMissing: SlotWant['ifMissing'] = 'refuse'): SlotWant => ({
      name,
      slots,
      ifMissing,
    })
    const request = (run: FlowRun, ...wants: SlotWant[]): SlotRequest => ({
      ticket: newId(),
      wants,
      runId: run.id,
      runName: run.name,
      epoch: run.epoch,
      leaseMs: 5 * MINUTE,
    })
    const granted = { outcome: 'granted', held: 1 }

    it('are listed by name with who holds and who waits', async () => {
      const run = await held()
      const made = await store.limits.create({ name: 'dhis2-api', size: 1, perMs: null })
      await store.limits.create({ name: 'cds', size: 5, perMs: MINUTE })
      const [first, second] = [request(run, want('dhis2-api')), request(run, want('dhis2-api'))]

      expect(await store.limits.acquire(first)).toEqual(granted)
      const refused = await store.limits.acquire(second)

      const by = { slots: 1, runId: run.id, runName: run.name }
      const holders = [{ ...by, ticket: first.ticket, expiresAt: '2026-01-01T00:05:00.000Z' }]
      expect(made).toEqual({ name: 'dhis2-api', size: 1, perMs: null, createdAt: '2026-01-01T00:00:00.000Z' })
      expect(refused).toEqual({
        outcome: 'waits',
        limit: { ...made, held: 1, tokens: null, holders },
        retryAfterMs: null,
      })
      expect(await store.limits.list()).toEqual([
        { ...made, name: 'cds', size: 5, perMs: MINUTE, held: 0, tokens: 5, holders: [], waiters: [] },
        { ...made, held: 1, tokens: null, holders, waiters: [{ ...by, ticket: second.ticket }] },
      ])
      expect(await store.limits.get('dhis2-api')).toEqual((await store.limits.list())[1])
      expect(await store.limits.get('nothing')).toBeNull()
    })

    it('have one name each, and can be resized and deleted', async () => {
      const run = await held()
      await store.limits.create({ name: 'api', size: 1, perMs: null })

      await expect(store.limits.create({ name: 'api', size: 2, perMs: null })).rejects.toMatchObject({
        code: 'store/stale',
      })
      expect(await store.limits.acquire(request(run, want('api', 2)))).toMatchObject({ outcome: 'too-small' })
      expect(await store.limits.resize('api', 2)).toBe(true)
      expect(await store.limits.acquire(request(run, want('api', 2)))).toEqual({ outcome: 'granted', held: 2 })
      expect(await store.limits.delete('api')).toBe(true)
      expect(await store.limits.acquire(request(run, want('api')))).toEqual({ outcome: 'missing', name: 'api' })
      expect([await store.limits.resize('api', 1), await store.limits.delete('api')]).toEqual([false, false])
    })

    it('F029 grant several slots at once or none', async () => {
      const run = await held()
      await store.limits.create({ name: 'api', size: 3, perMs: null })
      const two = request(run, want('api', 2))

      expect(await store.limits.acquire(two)).toEqual({ outcome: 'granted', held: 2 })
      const alsoTwo = request(run, want('api', 2))
      expect(await store.limits.acquire(alsoTwo)).toMatchObject({ outcome: 'waits', limit: { held: 2 } })
      expect((await store.limits.get('api'))?.held).toBe(2)
      await store.limits.release(two.ticket)

      expect(await store.limits.acquire(alsoTwo)).toEqual({ outcome: 'granted', held: 2 })
    })

    it('are handed to the next in one transaction, unless somebody else is first', async () => {
      const run = await held()
      await store.limits.create({ name: 'api', size: 1, perMs: null })
      const [holder, first, second] = [0, 1, 2].map(() => request(run, want('api'))) as [
        SlotRequest,
        SlotRequest,
        SlotRequest,
      ]
      for (const each of [holder, first, second]) await store.limits.acquire(each)

      expect(await store.limits.release(holder.ticket, second)).toMatchObject({ outcome: 'waits' })
      expect(await store.limits.acquire(first)).toEqual(granted)
      expect(await store.limits.acquire(first)).toEqual(granted)
      expect(await store.limits.release(first.ticket, second)).toEqual(granted)

      expect(await store.limits.get('api')).toMatchObject({ held: 1, waiters: [] })
      expect(await store.limits.release(second.ticket)).toBeNull()
    })

    it('grant slots of several limits together or none of them', async () => {
      const run = await held()
      await store.limits.create({ name: 'a', size: 1, perMs: null })
      await store.limits.create({ name: 'b', size: 1, perMs: null })
      const b = request(run, want('b'))
      await store.limits.acquire(b)

      const both = request(run, want('a'), want('b'), want('no-limit', 1, 'ignore'))
      expect(await store.limits.acquire(both)).toMatchObject({ outcome: 'waits', limit: { name: 'b' } })
      expect((await store.limits.get('a'))?.held).toBe(0)
      await store.limits.release(b.ticket)

      expect(await store.limits.acquire(both)).toEqual({ outcome: 'granted', held: 2 })
    })

    it('serve the oldest first, also when a younger one would fit', async () => {
      const run = await held()
      await store.limits.create({ name: 'api', size: 2, perMs: null })
      const holder = request(run, want('api'))
      await store.limits.acquire(holder)
      const large = request(run, want('api', 2))
      const small = request(run, want('api'))

      expect(await store.limits.acquire(large)).toMatchObject({ outcome: 'waits' })
      expect(await store.limits.acquire(small)).toMatchObject({ outcome: 'waits' })
      await store.limits.release(holder.ticket)
      expect(await store.limits.acquire(small)).toMatchObject({ outcome: 'waits' })
      expect(await store.limits.acquire(large)).toEqual({ outcome: 'granted', held: 2 })
      await store.limits.release(large.ticket)

      expect(await store.limits.acquire(small)).toEqual(granted)
    })

    it('pass over one that left the queue, and one that has not been heard of', async () => {
      const run = await held()
      await store.limits.create({ name: 'api', size: 1, perMs: null })
      const [holder, left, silent, next] = Array.from({ length: 4 }, () => request(run, want('api'))) as [
        SlotRequest,
        SlotRequest,
        SlotRequest,
        SlotRequest,
      ]
      for (const each of [holder, left, silent, next]) await store.limits.acquire(each)
      await store.limits.release(left.ticket)
      await store.limits.release(holder.ticket)

      expect(await store.limits.acquire(next)).toMatchObject({ outcome: 'waits' })
      clock.advance(WAITING_MS - 1)
      await store.limits.keepWaiting([next.ticket])
      clock.advance(1)

      expect(await store.limits.acquire(next)).toEqual(granted)
      expect(await store.limits.acquire(silent)).toMatchObject({ outcome: 'waits' })
    })

    it('F031 take slots back when their time is over, and tell a late holder', async () => {
      const run = await held(365 * 24 * 60 * MINUTE)
      await store.limits.create({ name: 'api', size: 1, perMs: null })
      const [holder, next] = [request(run, want('api')), request(run, want('api'))]
      await store.limits.acquire(holder)

      clock.advance(5 * MINUTE - 1)
      expect(await store.limits.renew([holder.ticket], 5 * MINUTE)).toEqual([])
      clock.advance(5 * MINUTE - 1)
      expect(await store.limits.acquire(next)).toMatchObject({ outcome: 'waits' })
      clock.advance(1)

      expect(await store.limits.acquire(next)).toEqual(granted)
      expect(await store.limits.renew([holder.ticket, next.ticket], MINUTE)).toEqual([holder.ticket])
    })

    it("F031 take slots back when the run's own lease is over", async () => {
      const [dying, living] = [await held(30 * SECOND), await held()]
      await store.limits.create({ name: 'api', size: 1, perMs: null })
      const holder = request(dying, want('api'))
      await store.limits.acquire(holder)

      clock.advance(30 * SECOND - 1)
      expect(await store.limits.acquire(request(living, want('api')))).toMatchObject({ outcome: 'waits' })
      clock.advance(1)
      expect((await store.limits.get('api'))?.held).toBe(0)
      expect(await store.limits.renew([holder.ticket], MINUTE)).toEqual([holder.ticket])
      clock.advance(WAITING_MS)

      expect(await store.limits.acquire(request(living, want('api')))).toEqual(granted)
    })

    it.each([
      ['completed', {}, 0],
      ['failed', {}, 0],
      ['crashed', {}, 0],
      ['scheduled', { name: 'AwaitingRetry' }, 0],
      ['paused', { name: 'Suspended' }, 0],
      ['paused', { name: 'Paused' }, 1],
    ] as const)('take slots and places of a run back when it is %s %o', async (type, options, left) => {
      const run = await held()
      await store.write([{ kind: 'run-state', runId: run.id, epoch: 1, state: state('running') }])
      await store.limits.create({ name: 'api', size: 1, perMs: null })
      await store.limits.acquire(request(run, want('api')))
      await store.limits.acquire(request(run, want('api')))

      await store.write([{ kind: 'run-state', runId: run.id, epoch: 1, state: state(type, options) }])

      const use = await store.limits.get('api')
      expect([use?.held, use?.waiters.length]).toEqual([left, left])
    })

    it('F031 are created when they are missing only for whoever said so', async () => {
      const run = await held()

      expect(await store.limits.acquire(request(run, want('api')))).toEqual({ outcome: 'missing', name: 'api' })
      expect(await store.limits.acquire(request(run, want('api', 1, 'ignore')))).toEqual({
        outcome: 'granted',
        held: 0,
      })
      expect(await store.limits.list()).toEqual([])
      expect(await store.limits.acquire(request(run, want('api', 1, { size: 2, perMs: null })))).toEqual(granted)

      expect(await store.limits.list()).toMatchObject([{ name: 'api', size: 2, held: 1 }])
    })

    it('hand out the tokens of a rate as they come in, and write nothing when they refuse', async () => {
      const run = await held()
      await store.limits.create({ name: 'rate', size: 4, perMs: 4 * SECOND })
      const take = (tokens: number) => request(run, want('rate', tokens))

      expect(await store.limits.acquire(take(3))).toEqual({ outcome: 'granted', held: 0 })
      clock.advance(500)
      const waiting = take(2)
      expect(await store.limits.acquire(waiting)).toMatchObject({
        outcome: 'waits',
        retryAfterMs: 500,
        limit: { tokens: 1.5 },
      })
      clock.advance(250)
      expect(await store.limits.acquire(waiting)).toMatchObject({ outcome: 'waits', retryAfterMs: 250 })
      clock.advance(250)
      expect(await store.limits.acquire(waiting)).toEqual({ outcome: 'granted', held: 0 })
      clock.advance(MINUTE)

      expect((await store.limits.get('rate'))?.tokens).toBe(4)
    })

    it('let nobody in at a size of 0', async () => {
      const run = await held()
      await store.limits.create({ name: 'closed', size: 0, perMs: null })

      expect(await store.limits.acquire(request(run, want('closed')))).toMatchObject({ outcome: 'too-small' })
    })
  })

  describe('transactions', () => {
    it('stand as they were last written, in the order in which they began', async () => {
      const run = await startedRun(store, a.run())
      const transaction = (key: string, members: object = {}) => ({
        runId: run.id,
        key,
        state: 'active' as const,
        data: {},
        createdAt: clock.now().toISOString(),
        endedAt: null,
        ...members,
      })
      const write = async (kept: ReturnType<typeof transaction>, epoch = run.epoch) =>
        await store.write([{ kind: 'transaction', runId: run.id, epoch, transaction: kept }])

      await write(transaction('b'))
      clock.advance(1)
      await write(transaction('a'))
      const committed = transaction('b', {
        state: 'committed',
        data: { rows: [1, null] },
        createdAt: '2026-01-01T00:00:00.000Z',
        endedAt: '2026-01-01T00:00:00.001Z',
      })
      await write(committed)

      await expect(write(transaction('a'), run.epoch + 1)).rejects.toMatchObject({ code: 'store/stale' })
      expect(await store.transactions.list(run.id)).toEqual([committed, transaction('a')])
      expect(await store.transactions.list(newId())).toEqual([])
    })
  })

  describe('logs', () => {
    const log = async (run: FlowRun, lines: readonly (readonly [LogLine['level'], string])[]) =>
      await store.write([
        {
          kind: 'logs',
          lines: lines.map(([level, message]) => ({
            runId: run.id,
            taskRunId: null,
            at: clock.now().toISOString(),
            level,
            message,
          })),
        },
      ])
    const messages = async (run: FlowRun, options?: Parameters<Store['logs']['list']>[1]) =>
      (await store.logs.list(run.id, options)).map(({ message }) => message)

    it('come oldest first, whole, or from where a reader stopped, or from the end', async () => {
      const [run, other] = [await startedRun(store, a.run()), await startedRun(store, a.run())]
      await log(run, [
        ['info', 'one'],
        ['debug', 'two'],
      ])
      await log(other, [['info', 'not mine']])
      await log(run, [
        ['warn', 'three'],
        ['error', 'four'],
      ])

      expect(await messages(run)).toEqual(['one', 'two', 'three', 'four'])
      expect(await messages(run, { after: 3 })).toEqual(['four'])
      expect(await messages(run, { after: 4 })).toEqual([])
      expect(await messages(run, { tail: 2 })).toEqual(['three', 'four'])
      expect(await messages(run, { tail: 9 })).toEqual(['one', 'two', 'three', 'four'])
      expect(await messages(run, { tail: 0 })).toEqual([])
    })

    it('come from a level up', async () => {
      const run = await startedRun(store, a.run())
      await log(run, [
        ['debug', 'one'],
        ['info', 'two'],
        ['warn', 'three'],
        ['error', 'four'],
      ])

      expect(await messages(run, { level: 'warn' })).toEqual(['three', 'four'])
      expect(await messages(run, { level: 'info', after: 1 })).toEqual(['three', 'four'])
      expect(await messages(run, { level: 'debug', tail: 1 })).toEqual(['four'])
    })

    it('come in pages, and only those that hold a text', async () => {
      const run = await startedRun(store, a.run())
      await log(run, [
        ['info', 'Batch 1 of 2: 50 % done'],
        ['warn', 'batch 2 is late'],
        ['info', 'end'],
      ])

      expect(await messages(run, { after: 1, limit: 1 })).toEqual(['batch 2 is late'])
      expect(await messages(run, { contains: 'BATCH' })).toEqual(['Batch 1 of 2: 50 % done', 'batch 2 is late'])
      expect(await messages(run, { contains: '%' })).toEqual(['Batch 1 of 2: 50 % done'])
      expect(await messages(run, { contains: 'batch', level: 'warn' })).toEqual(['batch 2 is late'])
      expect(await messages(run, { contains: 'batch', tail: 1 })).toEqual(['batch 2 is late'])
      expect(await messages(run, { contains: 'batch', newest: 2 })).toEqual(['batch 2 is late'])
      expect(await messages(run, { contains: 'batch', newest: 9 })).toHaveLength(2)
    })

    it('keep the step, the moment and every character of a line', async () => {
      const run = await startedRun(store, a.run())
      const step = a.step(run)
      const line: LogLine = {
        runId: run.id,
        taskRunId: step.taskRun.id,
        at: '2026-01-01T00:00:00.007Z',
        level: 'info',
        message: "multi\nline 'quoted' ünïcode 🌍 \u0000",
      }

      await store.write([{ kind: 'logs', lines: [line] }])

      expect(await store.logs.list(run.id)).toEqual([line])
    })

    it('are counted on their run by how grave they are', async () => {
      const run = await startedRun(store, a.run())
      const line = (level: LogLine['level']): LogLine => ({
        runId: run.id,
        taskRunId: null,
        at: clock.now().toISOString(),
        level,
        message: level,
      })
      await store.write([{ kind: 'logs', lines: (['info', 'warn', 'error', 'warn'] as const).map(line) }])
      await store.write([{ kind: 'logs', lines: [line('debug'), line('warn')] }])

      expect((await store.runs.get(run.id))?.logged).toEqual({ warnings: 3, errors: 1 })
    })

    it('need a run', async () => {
      await expect(log(a.run(), [['info', 'nobody']])).rejects.toMatchObject({ code: 'store/not-found' })
    })
  })

  describe('artifacts', () => {
    it('F055 come back as they were published, oldest first', async () => {
      const run = await startedRun(store, a.run())
      const rows = [
        { country: 'Kenya', gdpUsd: 1.1e11 },
        { country: 'Uganda', gdpUsd: null },
      ]
      const artifacts = [a.artifact(run, table('gdp', rows, 'GDP 2023')), a.artifact(run, markdown(null, '# No key'))]

      await store.write(artifacts.map((artifact) => ({ kind: 'artifact', artifact })))

      expect(await store.artifacts.listByRun(run.id)).toEqual(artifacts)
    })

    it('have versions under their key over runs, newest first', async () => {
      const [monday, tuesday] = [await startedRun(store, a.run()), await startedRun(store, a.run())]
      const versions = [
        a.artifact(monday, markdown('report', 'Monday')),
        a.artifact(tuesday, markdown('report', 'Tuesday')),
        a.artifact(tuesday, markdown('report', 'Tuesday, again')),
      ]
      const other = a.artifact(tuesday, markdown('another', 'x'))
      const unnamed = a.artifact(tuesday, markdown(null, 'x'))

      await store.write([...versions, other, unnamed].map((artifact) => ({ kind: 'artifact', artifact })))

      expect(await store.artifacts.versions('report')).toEqual(versions.toReversed())
      expect(await store.artifacts.latest()).toEqual([other, versions[2]])
    })

    it('show progress in place: the newest of a run takes the place of the one before', async () => {
      const [run, other] = [await startedRun(store, a.run()), await startedRun(store, a.run())]
      const [early, late] = [a.artifact(run, progress('rows', 10)), a.artifact(run, progress('rows', 90))]
      const report = a.artifact(run, markdown('report', 'x'))
      const elsewhere = a.artifact(other, progress('rows', 50))

      await store.write([early, report, elsewhere, late].map((artifact) => ({ kind: 'artifact', artifact })))

      expect(await store.artifacts.listByRun(run.id)).toEqual([late, report])
      expect(await store.artifacts.listByRun(other.id)).toEqual([elsewhere])
    })

    it('need a run', async () => {
      const artifact = a.artifact(a.run(), markdown('report', 'x'))

      await expect(store.write([{ kind: 'artifact', artifact }])).rejects.toMatchObject({ code: 'store/not-found' })
    })
  })

  describe('the cache', () => {
    const keep = async (key: string, value: number, expiresAt: string | null = null) => {
      const record = {
        key,
        result: { kind: 'value', value, sha256: SHA } as const,
        taskRunId: newId(),
        createdAt: clock.now().toISOString(),
        expiresAt,
      }
      await store.write([{ kind: 'cache', record }])
      return record
    }

    it('F048 gives the newest value kept under a key', async () => {
      await keep('fetch-gdp:KEN', 1)
      const newest = await keep('fetch-gdp:KEN', 2)

      expect(await store.cache.get('fetch-gdp:KEN')).toEqual(newest)
      expect(await store.cache.get('fetch-gdp:UGA')).toBeNull()
    })

    it('gives nothing that has expired', async () => {
      await keep('fetch-gdp:KEN', 1, '2026-01-01T00:01:00.000Z')

      clock.advance(MINUTE - 1)
      expect(await store.cache.get('fetch-gdp:KEN')).not.toBeNull()

      clock.advance(1)
      expect(await store.cache.get('fetch-gdp:KEN')).toBeNull()
    })

    /** A run whose creator holds a lease of a minute. */
    const leased = async () => {
      const run = { ...a.run(), state: newState('pending', clock.now()), epoch: 1 }
      await store.write([{ kind: 'run-created', run, claimed: { worker: worker('w1'), leaseMs: MINUTE } }])
      return { runId: run.id, epoch: 1, name: run.name }
    }

    it('lets one of two runs compute a value, and gives it to the other when it is kept', async () => {
      const [one, other] = [await leased(), await leased()]

      const claims = await Promise.all([store.cache.claim('k', one), store.cache.claim('k', other)])
      const record = {
        key: 'k',
        result: { kind: 'value', value: 7, sha256: SHA } as const,
        taskRunId: newId(),
        createdAt: clock.now().toISOString(),
        expiresAt: null,
      }
      await store.write([{ kind: 'cache', record, claimedBy: one }])

      expect(claims).toEqual([{ kind: 'granted' }, { kind: 'held', runName: one.name }])
      expect(await store.cache.claim('k', other)).toEqual({ kind: 'kept', record })
      expect(await store.cache.claim('k', other, { anew: true })).toEqual({ kind: 'granted' })
    })

    it('lets the next one compute a value that was given back', async () => {
      const [one, other] = [await leased(), await leased()]
      await store.cache.claim('k', one)

      await store.cache.release('k', other)
      const stillHeld = await store.cache.claim('k', other)
      await store.cache.release('k', one)

      expect(stillHeld.kind).toBe('held')
      expect(await store.cache.claim('k', other)).toEqual({ kind: 'granted' })
    })

    it('makes nobody wait for a run whose lease has run out, or was taken over, or has ended', async () => {
      const [gone, done, other] = [await leased(), await leased(), await leased()]
      await store.cache.claim('of-gone', gone)
      await store.cache.claim('of-done', done)
      const state = newState('running', clock.now())
      await store.write([
        { kind: 'run-state', ...done, state },
        { kind: 'run-state', ...done, state: newState('completed', clock.now()) },
      ])

      const ofDone = await store.cache.claim('of-done', other)
      clock.advance(MINUTE - 1)
      const early = await store.cache.claim('of-gone', other)
      clock.advance(1)
      const late = await store.cache.claim('of-gone', other)

      expect([ofDone.kind, early.kind, late.kind]).toEqual(['granted', 'held', 'granted'])
    })
  })

  describe('saved blocks', () => {
    it('come back by type and name', async () => {
      const [prod, test, slack] = [
        a.block(),
        a.block({ name: 'test' }),
        a.block({ type: 'slack-webhook', name: 'data-team' }),
      ]
      for (const block of [slack, test, prod]) await store.blocks.save(block)

      expect(await store.blocks.get('dhis2', 'prod')).toEqual(prod)
      expect(await store.blocks.get('dhis2', 'data-team')).toBeNull()
      expect(await store.blocks.list('dhis2')).toEqual([prod, test])
      expect(await store.blocks.list()).toEqual([prod, test, slack])
    })

    it('are overwritten only when that was said', async () => {
      await store.blocks.save(a.block())
      const newer = a.block({ values: { url: 'https://new.example.org' } })

      await expect(store.blocks.save(newer)).rejects.toMatchObject({
        code: 'store/stale',
        retryable: false,
        message: expect.stringContaining('dhis2/prod'),
      })
      await store.blocks.save(newer, { overwrite: true })

      expect(await store.blocks.get('dhis2', 'prod')).toEqual(newer)
    })

    it('are gone when they were deleted', async () => {
      await store.blocks.save(a.block())

      expect(await store.blocks.delete('dhis2', 'prod')).toBe(true)
      expect(await store.blocks.delete('dhis2', 'prod')).toBe(false)
      expect(await store.blocks.get('dhis2', 'prod')).toBeNull()
    })
  })

  describe('variables', () => {
    it('F032 F033 hold any JSON, null and false included; what was never set is undefined', async () => {
      await store.variables.set('thresholds', { high: 75, levels: [1, 2, null] })
      await store.variables.set('nothing', null)
      await store.variables.set('off', false)

      expect(await store.variables.get('thresholds')).toEqual({ high: 75, levels: [1, 2, null] })
      expect(await store.variables.get('nothing')).toBeNull()
      expect(await store.variables.get('off')).toBe(false)
      expect(await store.variables.get('nope')).toBeUndefined()
      expect((await store.variables.list()).map(({ name }) => name)).toEqual(['nothing', 'off', 'thresholds'])
    })

    it('are overwritten only when that was said, and can be unset', async () => {
      await store.variables.set('year', 2023)
      clock.advance(SECOND)

      await expect(store.variables.set('year', 2024)).rejects.toMatchObject({ code: 'store/stale' })
      await store.variables.set('year', 2024, { overwrite: true })

      expect(await store.variables.list()).toEqual([
        { name: 'year', value: 2024, updatedAt: '2026-01-01T00:00:01.000Z' },
      ])
      expect(await store.variables.unset('year')).toBe(true)
      expect(await store.variables.unset('year')).toBe(false)
      expect(await store.variables.get('year')).toBeUndefined()
    })
  })

  describe('deployments', () => {
    it('F103 come back as they were saved, by name and by id', async () => {
      const deployment = a.deployment({
        schedules: [
          {
            slug: 'monday',
            schedule: { kind: 'cron', expression: '0 6 * * 1', timeZone: 'Africa/Nairobi', dayOr: true },
            active: true,
            parameters: { year: 2023 },
            catchUp: 'latest',
            maxLatenessMs: null,
          },
        ],
        notify: [{ when: ['failed'], through: 'slack-webhook', named: 'data-team' }],
      })
      const other = a.deployment({ id: 'daily', name: 'gdp-daily' })

      expect(await store.deployments.save(deployment)).toEqual(deployment)
      await store.deployments.save(other)

      expect(await store.deployments.get('gdp-comparison', 'gdp-weekly')).toEqual(deployment)
      expect(await store.deployments.getById('weekly')).toEqual(deployment)
      expect(await store.deployments.getById('nope')).toBeNull()
      expect(await store.deployments.list()).toEqual([other, deployment])
    })

    it('keep their id and their birthday when they are saved again', async () => {
      const first = await store.deployments.save(a.deployment())
      clock.advance(MINUTE)

      const second = await store.deployments.save(a.deployment({ id: 'another', paused: true, version: '2.0.0' }))

      expect(second).toMatchObject({ id: 'weekly', createdAt: first.createdAt, paused: true, version: '2.0.0' })
      expect(second.updatedAt).toBe('2026-01-01T00:01:00.000Z')
      expect(await store.deployments.list()).toEqual([second])
    })

    it('take their waiting runs with them, and leave what has run', async () => {
      const deployment = await store.deployments.save(a.deployment())
      const waiting = a.scheduled('2026-01-12T06:00:00Z')
      const done = await startedRun(store, {
        ...a.scheduled('2026-01-05T06:00:00Z'),
        startedAt: clock.now().toISOString(),
      })
      await store.write([{ kind: 'run-created', run: waiting }])

      expect(await store.deployments.delete(deployment.flowName, deployment.name)).toBe(true)
      expect(await store.deployments.delete(deployment.flowName, deployment.name)).toBe(false)

      expect(await store.deployments.list()).toEqual([])
      expect(await store.runs.get(waiting.id)).toBeNull()
      expect(await store.runs.get(done.id)).toEqual(done)
    })

    it('drop the waiting runs of one schedule, or of all', async () => {
      const of = (scheduleSlug: string, dueAt: string) =>
        a.scheduled(dueAt, { deployment: { id: 'weekly', name: 'gdp-weekly', scheduleSlug } })
      await store.write(
        [
          of('monday', '2026-01-05T06:00:00Z'),
          of('monday', '2026-01-12T06:00:00Z'),
          of('friday', '2026-01-09T06:00:00Z'),
        ].map((run) => ({ kind: 'run-created', run })),
      )

      expect(await store.deployments.dropScheduled('weekly', 'monday')).toBe(2)
      expect((await store.runs.upcoming('weekly')).map(({ scheduleSlug }) => scheduleSlug)).toEqual(['friday'])
      expect(await store.deployments.dropScheduled('weekly')).toBe(1)
      expect(await store.deployments.dropScheduled('weekly')).toBe(0)
    })
  })

  describe('the outbox', () => {
    it('holds one message per key', async () => {
      await store.write([{ kind: 'outbox', message: a.message({ key: 'run-1/failed/rule-0', body: 'first' }) }])
      await store.write([{ kind: 'outbox', message: a.message({ key: 'run-1/failed/rule-0', body: 'second' }) }])

      expect((await store.outbox.list()).map(({ body }) => body)).toEqual(['first'])
    })

    it('gives a due message to one of two that ask at once, and again when its holder fell silent', async () => {
      const message = a.message()
      const later = a.message({ nextTryAt: '2026-01-01T01:00:00.000Z' })
      await store.write([
        { kind: 'outbox', message: later },
        { kind: 'outbox', message },
      ])

      const taken = await Promise.all([store.outbox.takeDue(10, MINUTE), store.outbox.takeDue(10, MINUTE)])

      expect(taken.flat().map(({ id }) => id)).toEqual([message.id])
      clock.advance(MINUTE)
      expect((await store.outbox.takeDue(10, MINUTE)).map(({ id }) => id)).toEqual([message.id])
    })

    it('forgets nothing of a delivery', async () => {
      const [accepted, refused, hopeless] = [a.message(), a.message(), a.message()]
      await store.write([accepted, refused, hopeless].map((message) => ({ kind: 'outbox', message })))
      await store.outbox.takeDue(10, MINUTE)

      await store.outbox.delivered(accepted.id)
      await store.outbox.failed(refused.id, 'the webhook answered 503', '2026-01-01T00:10:00.000Z')
      await store.outbox.failed(hopeless.id, 'the webhook answered 404', null)

      expect(await store.outbox.list()).toMatchObject([
        { status: 'delivered', tries: 1, lastError: null, deliveredAt: '2026-01-01T00:00:00.000Z' },
        { status: 'waiting', tries: 1, lastError: 'the webhook answered 503', nextTryAt: '2026-01-01T00:10:00.000Z' },
        { status: 'given-up', tries: 1, lastError: 'the webhook answered 404', deliveredAt: null },
      ])
      clock.advance(24 * 60 * MINUTE)
      expect((await store.outbox.takeDue(10, MINUTE)).map(({ id }) => id)).toEqual([refused.id])
    })

    it('lists by run and by status, and takes no more than asked for', async () => {
      const mine = a.message({ runId: 'run-1' })
      await store.write([mine, a.message({ runId: 'run-2' })].map((message) => ({ kind: 'outbox', message })))

      expect(await store.outbox.list({ runId: 'run-1' })).toEqual([mine])
      expect(await store.outbox.list({ status: 'delivered' })).toEqual([])
      expect(await store.outbox.takeDue(1, MINUTE)).toHaveLength(1)
    })
  })

  describe('events', () => {
    it('come newest first, all, those of one thing, or those of a name', async () => {
      const events = ['rule/1', 'rule/2', 'rule/1'].map((resource, index) =>
        a.event({ resource, name: index === 1 ? 'rule.cleared' : 'rule.fired', payload: { index } }),
      )

      await store.write(events.map((event) => ({ kind: 'event', event })))

      expect(await store.events.list()).toEqual(events.toReversed())
      expect(await store.events.list({ resource: 'rule/1' })).toEqual([events[2], events[0]])
      expect(await store.events.list({ name: 'rule.cleared' })).toEqual([events[1]])
      expect(await store.events.list({ name: 'rule.*' })).toHaveLength(3)
      expect(await store.events.list({ name: 'run.*' })).toEqual([])
      expect(await store.events.list({ limit: 1 })).toEqual([events[2]])
    })

    it('are written with every state of a run, each following the one before', async () => {
      const run = a.scheduled('2026-01-01T00:00:00Z', { parent: { id: 'root', rootRunId: 'root' } })
      await store.write([{ kind: 'run-created', run }])
      const [claimed = run] = await store.leases.claim(worker('w1'), { limit: 1, leaseMs: MINUTE })
      await store.write([
        { kind: 'run-state', runId: run.id, epoch: claimed.epoch, state: state('running') },
        { kind: 'run-state', runId: run.id, epoch: claimed.epoch, state: state('failed', { message: 'no answer' }) },
      ])

      const events = (await store.events.list({ resource: `run/${run.id}` })).toReversed()
      expect(events.map(({ name }) => name)).toEqual(['run.scheduled', 'run.pending', 'run.running', 'run.failed'])
      expect(events.map(({ follows }) => follows)).toEqual([null, ...events.slice(0, -1).map(({ id }) => id)])
      expect(events.at(-1)).toMatchObject({
        labels: { flow: run.flowName, run: run.name, deployment: 'gdp-weekly' },
        related: ['deployment/gdp-comparison/gdp-weekly', 'run/root'],
        payload: { state: 'Failed', message: 'no answer' },
      })
    })

    it('say nothing of a change that was refused, and nothing twice', async () => {
      const run = a.run()
      await store.write([{ kind: 'run-created', run }])

      await expect(finish(run)).rejects.toMatchObject({ code: 'engine/transition' })

      expect((await store.events.list()).map(({ name }) => name)).toEqual(['run.scheduled'])
    })

    it('tell what people change: deployments, blocks, variables and limits, without their values', async () => {
      const deployment = await store.deployments.save(a.deployment())
      await store.deployments.save(deployment)
      await store.deployments.save({ ...deployment, paused: true })
      await store.deployments.save({ ...deployment, paused: true, description: 'every week' })
      await store.deployments.save({ ...deployment, description: 'every week' })
      await store.deployments.delete(deployment.flowName, deployment.name)
      await store.blocks.save(a.block({ type: 'json', name: 'thresholds' }))
      await store.blocks.delete('json', 'thresholds')
      await store.blocks.delete('json', 'thresholds')
      await store.variables.set('year', 2023)
      await expect(store.variables.set('year', 2024)).rejects.toMatchObject({ code: 'store/stale' })
      await store.variables.unset('year')
      await store.limits.create({ name: 'api', size: 2, perMs: null })
      await store.limits.resize('api', 3)
      await store.limits.delete('api')
      await store.limits.delete('api')

      const events = (await store.events.list()).toReversed()
      expect(events.map(({ name, resource }) => `${name} ${resource}`)).toEqual([
        'deployment.created deployment/gdp-comparison/gdp-weekly',
        'deployment.paused deployment/gdp-comparison/gdp-weekly',
        'deployment.changed deployment/gdp-comparison/gdp-weekly',
        'deployment.resumed deployment/gdp-comparison/gdp-weekly',
        'deployment.deleted deployment/gdp-comparison/gdp-weekly',
        'block.saved block/json/thresholds',
        'block.deleted block/json/thresholds',
        'variable.set variable/year',
        'variable.unset variable/year',
        'limit.created limit/api',
        'limit.resized limit/api',
        'limit.deleted limit/api',
      ])
      expect(events[2]?.payload).toEqual({ members: ['description'] })
      expect(JSON.stringify(events)).not.toContain('2023')
    })
  })

  describe('rules that fired', () => {
    it('are kept once per occurrence, and clear once', async () => {
      const firing = a.firing({ key: 'late/1' })
      const again = a.firing({ key: 'late/1', reason: 'another reason' })
      const other = a.firing({ key: 'late/2', rule: 'silent' })
      const clear = (at: string) => store.write([{ kind: 'rule-cleared', key: 'late/1', at }])

      await store.write([firing, again, other].map((each) => ({ kind: 'rule-fired', firing: each })))
      expect(await store.ruleFirings.list({ lasting: true })).toEqual([other, firing])
      await clear('2026-01-01T00:05:00.000Z')
      await clear('2026-01-01T00:09:00.000Z')

      expect(await store.ruleFirings.list()).toEqual([other, { ...firing, clearedAt: '2026-01-01T00:05:00.000Z' }])
      expect(await store.ruleFirings.list({ lasting: true })).toEqual([other])
      expect(await store.ruleFirings.list({ rule: 'late', limit: 5 })).toHaveLength(1)
      expect((await store.ruleFirings.get('late/1'))?.id).toBe(firing.id)
      expect(await store.ruleFirings.get('late/9')).toBeNull()
    })
  })

  describe('the concurrency limit of a deployment', () => {
    const limited = async (limit: number) => {
      await store.deployments.save(a.deployment({ concurrencyLimit: { limit, onCollision: 'enqueue' } }))
      const waiting = [1, 2, 3].map((hour) => a.scheduled(`2026-01-01T0${hour}:00:00Z`))
      await store.write(waiting.map((run) => ({ kind: 'run-created', run })))
      clock.advance(DAY)
      return waiting
    }
    const claim = async (options: { readonly withinLimits?: boolean } = {}) =>
      await store.leases.claim(worker('w1'), { limit: 5, leaseMs: MINUTE, ...options })

    it('is kept within the claim, and counts what other services have claimed', async () => {
      const [first] = await limited(1)

      const [one, other] = [await claim({ withinLimits: true }), await claim({ withinLimits: true })]

      expect(one.map(({ id }) => id)).toEqual([first?.id])
      expect(other).toEqual([])
    })

    it('does not count a run against itself, nor one of another deployment', async () => {
      await limited(2)
      await store.write([{ kind: 'run-created', run: a.run() }])

      const claimed = await claim({ withinLimits: true })

      expect(claimed.filter(({ deploymentId }) => deploymentId === 'weekly')).toHaveLength(2)
      expect(claimed.filter(({ deploymentId }) => deploymentId === null)).toHaveLength(1)
    })

    it('does not hold back what a person goes on with by hand', async () => {
      await limited(1)

      expect(await claim()).toHaveLength(3)
    })
  })

  describe('work pools', () => {
    const pool = (members: Partial<WorkPool> = {}): WorkPool => ({
      name: 'night-runs',
      type: 'process',
      paused: false,
      concurrencyLimit: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      ...members,
    })
    const claim = async (options: Partial<Parameters<Store['leases']['claim']>[1]>) =>
      await store.leases.claim(worker('w1'), { limit: 10, leaseMs: 30 * SECOND, ...options })
    const ids = (runs: readonly FlowRun[]) => runs.map(({ id }) => id)

    /** A run that waits in the pool, one of a deployment that goes to none, and one without a deployment. */
    async function waitingRuns() {
      await store.deployments.save(a.deployment({ pool: 'night-runs' }))
      await store.deployments.save(a.deployment({ id: 'daily', name: 'gdp-daily' }))
      const pooled = a.scheduled('2026-01-01T00:00:00Z')
      const served = a.run({ deployment: { id: 'daily', name: 'gdp-daily', scheduleSlug: null } })
      const alone = a.run()
      await store.write([pooled, served, alone].map((run) => ({ kind: 'run-created', run })))
      return { pooled, served, alone }
    }

    it('F116 come back as they were saved, and are replaced only when that is said', async () => {
      await store.workPools.save(pool())
      await store.workPools.save(pool({ name: 'day-runs', concurrencyLimit: 0 }))
      await expect(store.workPools.save(pool())).rejects.toMatchObject({ code: 'store/stale' })
      await store.workPools.save(pool({ paused: true, createdAt: '2026-02-02T00:00:00.000Z' }), { overwrite: true })

      expect(await store.workPools.list()).toEqual([
        pool({ name: 'day-runs', concurrencyLimit: 0 }),
        pool({ paused: true }),
      ])
      expect(await store.workPools.get('night-runs')).toEqual(pool({ paused: true }))
      expect(await store.workPools.delete('night-runs')).toBe(true)
      expect(await store.workPools.delete('night-runs')).toBe(false)
      expect(await store.workPools.get('night-runs')).toBeNull()
      expect((await store.events.list({ name: 'work-pool.*' })).map(({ name }) => name)).toEqual([
        'work-pool.deleted',
        'work-pool.saved',
        'work-pool.saved',
        'work-pool.saved',
      ])
    })

    it('F099 keep the runs of their deployments from whoever serves, and give them to their own workers alone', async () => {
      const { pooled, served, alone } = await waitingRuns()
      await store.workPools.save(pool())
      await store.workPools.save(pool({ name: 'day-runs' }))

      expect(ids(await store.runs.due({ limit: 10, pool: 'night-runs' }))).toEqual([pooled.id])
      expect(ids(await store.runs.due({ limit: 10, pool: null })).toSorted()).toEqual([served.id, alone.id].toSorted())
      expect(await claim({ pool: 'day-runs' })).toEqual([])
      expect(ids(await claim({ pool: null })).toSorted()).toEqual([served.id, alone.id].toSorted())
      expect(ids(await claim({ pool: 'night-runs' }))).toEqual([pooled.id])
    })

    it('give out nothing while they are paused, or when they are gone', async () => {
      const { pooled } = await waitingRuns()
      expect(await claim({ pool: 'night-runs' })).toEqual([])
      await store.workPools.save(pool({ paused: true }))
      expect(await claim({ pool: 'night-runs' })).toEqual([])

      await store.workPools.save(pool(), { overwrite: true })

      expect(ids(await claim({ pool: 'night-runs' }))).toEqual([pooled.id])
    })

    it('let no more runs begin than their concurrency limit, over all workers', async () => {
      const { pooled } = await waitingRuns()
      const others = ['2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'].map((dueAt) => a.scheduled(dueAt))
      await store.write(others.map((run) => ({ kind: 'run-created', run })))
      await store.workPools.save(pool({ concurrencyLimit: 2 }))
      clock.advance(MINUTE)

      const [first, second] = [await claim({ pool: 'night-runs' }), await claim({ pool: 'night-runs' })]
      const underWay = await store.workPools.underWay('night-runs')
      for (const run of first.slice(0, 1)) await finish(run)

      expect([ids(first), second]).toEqual([[pooled.id, others[0]?.id], []])
      expect(underWay).toBe(2)
      expect(ids(await claim({ pool: 'night-runs' }))).toEqual([others[1]?.id])
    })
  })

  describe('serving processes', () => {
    it('are known by their beats, and by the end they announced', async () => {
      const [first, second] = [worker('w1'), worker('w2')]
      await store.servers.beat(first, { atOnce: 5 })
      clock.advance(SECOND)
      await store.servers.beat(second, { atOnce: 2, pool: 'night-runs', name: 'cellar' })
      clock.advance(SECOND)
      await store.servers.beat(first, { atOnce: 5 })
      await store.servers.beat(first, { atOnce: 5, stopping: true })

      expect(await store.servers.list()).toEqual([
        {
          ...first,
          atOnce: 5,
          startedAt: '2026-01-01T00:00:00.000Z',
          seenAt: '2026-01-01T00:00:02.000Z',
          stoppedAt: '2026-01-01T00:00:02.000Z',
          pool: null,
          name: null,
        },
        {
          ...second,
          atOnce: 2,
          startedAt: '2026-01-01T00:00:01.000Z',
          seenAt: '2026-01-01T00:00:01.000Z',
          stoppedAt: null,
          pool: 'night-runs',
          name: 'cellar',
        },
      ])
    })
  })

  describe('deleting a run', () => {
    const endedRun = async (members: Partial<FlowRun> = {}): Promise<FlowRun> => {
      const run = await startedRun(store, { ...a.run(), ...members })
      const { id: runId, epoch, createdAt: at } = run
      const transaction = { runId, key: 't', state: 'committed' as const, data: {}, createdAt: at, endedAt: at }
      await store.write([
        { kind: 'logs', lines: [{ runId, taskRunId: null, at, level: 'info', message: 'begun' }] },
        { kind: 'task-runs-created', runId, epoch, taskRuns: [a.step(run)] },
        { kind: 'transaction', runId, epoch, transaction },
        { kind: 'artifact', artifact: a.artifact(run, markdown('report', '# v')) },
        { kind: 'run-state', runId, epoch, state: state('completed'), patch: { endedAt: at } },
      ])
      return run
    }

    it('takes the subflows it called and all that hangs on them, and nothing else', async () => {
      const other = await endedRun()
      const run = await endedRun()
      const child = await endedRun({ parentRunId: run.id, rootRunId: run.id })
      const grandchild = await endedRun({ parentRunId: child.id, rootRunId: run.id })

      const gone = await store.runs.delete(run.id)

      expect(gone).toEqual([run.id, child.id, grandchild.id])
      expect((await store.runs.list()).map(({ id }) => id)).toEqual([other.id])
      for (const id of gone) {
        expect(await store.taskRuns.list(id)).toEqual([])
        expect(await store.logs.list(id)).toEqual([])
        expect(await store.transactions.list(id)).toEqual([])
      }
      expect((await store.artifacts.versions('report')).map(({ runId }) => runId)).toEqual([other.id])
      expect(await store.transactions.list(other.id)).toHaveLength(1)
      expect(await store.events.list({ name: 'run.deleted' })).toMatchObject([{ resource: `run/${run.id}` }])
    })

    it('is refused while it, or a subflow of it, has not ended', async () => {
      const run = await endedRun()
      const child = await startedRun(store, { ...a.run(), parentRunId: run.id, rootRunId: run.id })

      for (const { id } of [run, child]) {
        await expect(store.runs.delete(id)).rejects.toMatchObject({
          code: 'engine/transition',
          hint: expect.stringContaining(`flow-run cancel ${child.name}`) as string,
        })
      }
      expect(await store.runs.list()).toHaveLength(2)
    })

    it('says that there is none', async () => {
      await expect(store.runs.delete('nobody')).rejects.toMatchObject({ code: 'store/not-found' })
    })
  })

  describe('forgetting', () => {
    const DAYS = 24 * 60 * MINUTE
    const ended = async (publish: string | null = null, members: Partial<FlowRun> = {}): Promise<FlowRun> => {
      const run = { ...(await startedRun(store, a.run())), ...members }
      const line: LogLine = { runId: run.id, taskRunId: null, at: run.createdAt, level: 'info', message: 'begun' }
      await store.write([
        { kind: 'logs', lines: [line, { ...line, message: 'ended' }] },
        { kind: 'task-runs-created', runId: run.id, epoch: run.epoch, taskRuns: [a.step(run)] },
        ...(publish === null
          ? []
          : [{ kind: 'artifact' as const, artifact: a.artifact(run, markdown(publish, '# v')) }]),
        {
          kind: 'run-state',
          runId: run.id,
          epoch: run.epoch,
          state: state('completed'),
          patch: { endedAt: clock.now().toISOString() },
        },
      ])
      return run
    }
    const forget = (runDays: number, logDays: number, eventDays: number) => {
      const ago = (days: number) => new Date(clock.now().getTime() - days * DAYS)
      return store.forget({ runs: ago(runDays), logs: ago(logDays), events: ago(eventDays) })
    }

    it('takes old runs with all that hangs on them, and leaves young ones and those under way', async () => {
      const old = await ended()
      const waiting = a.run()
      await store.write([{ kind: 'run-created', run: waiting }])
      clock.advance(100 * DAYS)
      const young = await ended()

      const gone = await forget(90, 30, 7)

      expect(gone).toMatchObject({ runs: 1, events: 5 })
      expect((await store.runs.list()).map(({ id }) => id)).toEqual([young.id, waiting.id])
      expect(await store.taskRuns.list(old.id)).toEqual([])
      expect(await store.logs.list(old.id)).toEqual([])
      expect(await store.logs.list(young.id)).toHaveLength(2)
      expect(await store.events.list({ resource: `run/${young.id}` })).toHaveLength(4)
    })

    it('takes logs before it takes the run', async () => {
      const run = await ended()
      clock.advance(40 * DAYS)

      expect(await forget(90, 30, 7)).toMatchObject({ runs: 0, logLines: 2 })
      expect(await store.runs.get(run.id)).not.toBeNull()
      expect(await store.logs.list(run.id)).toEqual([])
    })

    it('keeps the newest version of an artifact for ever, with the run that published it', async () => {
      await ended('report')
      const newest = await ended('report')
      clock.advance(400 * DAYS)

      await forget(90, 30, 7)

      expect(await store.artifacts.versions('report')).toMatchObject([{ runId: newest.id }])
      expect(await store.runs.get(newest.id)).not.toBeNull()
    })

    it('takes what has expired from the cache, and messages that were dealt with', async () => {
      const record = {
        key: 'k',
        result: { kind: 'value' as const, value: 1, sha256: SHA },
        taskRunId: null,
        createdAt: clock.now().toISOString(),
        expiresAt: new Date(clock.now().getTime() + MINUTE).toISOString(),
      }
      await store.write([
        { kind: 'cache', record },
        { kind: 'cache', record: { ...record, key: 'for-ever', expiresAt: null } },
        { kind: 'outbox', message: a.message({ status: 'delivered' }) },
        { kind: 'outbox', message: a.message() },
      ])
      clock.advance(100 * DAYS)

      expect(await forget(90, 30, 7)).toMatchObject({ cached: 1, messages: 1 })
      expect(await store.cache.get('for-ever')).not.toBeNull()
      expect(await store.outbox.list()).toHaveLength(1)
    })
  })

  it('goes by the clock it was lent', async () => {
    clock.advance(90 * MINUTE)

    expect(await store.now()).toEqual(new Date('2026-01-01T01:30:00Z'))
  })
}
