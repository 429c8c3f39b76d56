/** Runs in real processes of their own: how they end, and how they are ended. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createLog } from '../../src/base/log.ts'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import type { Host } from '../../src/engine/host.ts'
import { cancelledBy, handedBack, leaseLost } from '../../src/engine/stop.ts'
import { newRun } from '../../src/model/new-run.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { FlowRun } from '../../src/model/run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { createChildren, type Children, type ChildrenOptions } from '../../src/worker/children.ts'
import { isGone, thisProcess } from '../../src/worker/identity.ts'
import { reap } from '../../src/worker/reap.ts'

const SCRIPT = join(import.meta.dirname, 'executing-child.ts')
const me = thisProcess()

let folder = ''
let store: Store
let children: Children
let said: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'd2flow-children-'))
  store = await openSqliteStore({ path: join(folder, 'd2flow.db'), clock: systemClock })
  said = []
  children = childrenWith({})
})

afterEach(async () => {
  await children.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const log = createLog((level, message) => void said.push(`${level} ${message}`))
const crashRules = () => ({ store, now: systemClock.now(), log })

function childrenWith(more: Partial<ChildrenOptions>): Children {
  const host: Host = { store, clock: systemClock, identity: me, isGone: (worker) => isGone(worker, me) }
  const args = ['--conditions=source', SCRIPT, join(folder, 'd2flow.db'), join(folder, 'notes.txt')]
  const command = { file: process.execPath, args }
  return createChildren({ store, clock: systemClock, log, host, command, crashRules, ...more })
}

/** A run of the flow, claimed for this process. */
async function claimed(flowName: string, parameters: JsonObject = {}, leaseMs = 60_000): Promise<FlowRun> {
  const run = newRun({ flowName, parameters, at: systemClock.now() })
  await store.write([{ kind: 'run-created', run }])
  return await claim(run.id, leaseMs)
}

async function claim(runId: string, leaseMs = 60_000): Promise<FlowRun> {
  const [taken] = await store.leases.claim(me, { limit: 1, leaseMs, runIds: [runId] })
  if (taken === undefined) throw new Error('nothing to claim')
  return taken
}

const notes = async () => (await readFile(join(folder, 'notes.txt'), 'utf8').catch(() => '')).trimEnd().split('\n')

async function untilNoted(line: string): Promise<void> {
  while (!(await notes()).includes(line)) await wait(20)
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const never = new AbortController().signal

describe('a run in a process of its own', () => {
  it('ends as it would here, and the process is kept for the next one', async () => {
    const first = await children.execute(await claimed('quick'), never)
    const second = await children.execute(await claimed('quick'), never)

    expect([first.state.type, second.state.type]).toEqual(['completed', 'completed'])
    const [pid, other] = [first, second].map(({ result }) => (result?.kind === 'value' ? result.value : null))
    expect(pid).toEqual([1, expect.any(Number)])
    expect(pid).toEqual(other)
    expect(pid).not.toEqual([1, process.pid])
  })

  it('whose process dies is found at once, with its last words, and goes on from its last finished step', async () => {
    const run = await claimed('dying')

    const died = await children.execute(run, never)
    const lines = (await store.logs.list(run.id)).map(({ message }) => message)
    const ended = await children.execute(await claim(run.id), never)

    expect(died).toMatchObject({ crashCount: 1, state: { type: 'scheduled', name: 'Recovering' } })
    const history = await store.runs.history(run.id)
    expect(history.find(({ type }) => type === 'crashed')?.message).toMatch(/^process \d+ was killed \(SIGKILL\)/)
    expect(lines).toEqual(['about to die', 'stderr: out of luck', expect.stringMatching(/was killed/)])
    expect(ended.state.type).toBe('completed')
    expect(await notes()).toEqual(['step 1', 'step 2'])
  })

  it('is crashed with the words of a process that cannot be started', async () => {
    const nowhere = childrenWith({ command: { file: join(folder, 'nowhere'), args: [] } })

    const run = await nowhere.execute(await claimed('quick'), never)

    expect(run).toMatchObject({ crashCount: 1, state: { name: 'Recovering' } })
    const history = await store.runs.history(run.id)
    expect(history.find(({ type }) => type === 'crashed')?.message).toContain('could not be started')
  })

  it('is cancelled by itself when it heeds its signal', async () => {
    const stop = new AbortController()
    const run = await claimed('heeding')
    const ending = children.execute(run, stop.signal)
    await untilNoted('begun')
    await cancelRun(store, run.id, { now: systemClock.now(), by: 'amina' })

    stop.abort(cancelledBy('amina'))
    const ended = await ending

    expect(ended.state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
  })

  it('is cancelled before it has begun when it is asked to stop while its process starts', async () => {
    const stop = new AbortController()
    const run = await claimed('heeding')
    const ending = children.execute(run, stop.signal)
    await cancelRun(store, run.id, { now: systemClock.now(), by: 'amina' })

    stop.abort(cancelledBy('amina'))
    const ended = await ending

    expect(ended.state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
    expect(await notes()).toEqual([''])
  })

  it('is cancelled only when its process, and what that has started, is gone', async () => {
    children = childrenWith({
      patience: { cancelled: { terminateMs: 100, killMs: 1_000 }, 'handed-back': { terminateMs: 0, killMs: 0 } },
    })
    const stop = new AbortController()
    const run = await claimed('deaf')
    const ending = children.execute(run, stop.signal)
    await untilNoted('begun')
    await cancelRun(store, run.id, { now: systemClock.now(), by: 'amina' })

    stop.abort(cancelledBy('amina'))
    await untilNoted('SIGTERM was heard')
    const whileAlive = await store.runs.get(run.id)
    const ended = await ending

    const grandchild = Number((await notes()).find((line) => line.startsWith('grandchild'))?.split(' ')[1])
    expect(whileAlive?.state.type).toBe('cancelling')
    expect(ended.state).toMatchObject({
      type: 'cancelled',
      message: expect.stringMatching(/^cancelled by amina; process \d+ was killed/),
    })
    while (isAlive(grandchild)) await wait(20)
    expect((await store.runs.history(run.id)).map(({ type }) => type)).toEqual([
      'scheduled',
      'pending',
      'running',
      'cancelling',
      'cancelled',
    ])
  })

  it('is handed back without using its crash budget or a retry when it does not stop in time', async () => {
    children = childrenWith({
      patience: { cancelled: { terminateMs: 0, killMs: 0 }, 'handed-back': { terminateMs: 50, killMs: 100 } },
    })
    const stop = new AbortController()
    const run = await claimed('deaf')
    const ending = children.execute(run, stop.signal)
    await untilNoted('begun')

    stop.abort(handedBack('the service stops'))
    const ended = await ending

    expect(ended).toMatchObject({
      runCount: 0,
      crashCount: 0,
      state: { type: 'scheduled', name: 'Resuming', message: 'the service stops' },
    })
  })

  it('that was lost is ended at once, and nothing is written about it', async () => {
    const stop = new AbortController()
    const run = await claimed('deaf')
    const ending = children.execute(run, stop.signal)
    await untilNoted('begun')
    const before = await store.runs.history(run.id)

    stop.abort(leaseLost(run.id))

    await expect(ending).rejects.toMatchObject({ code: 'engine/lease-lost' })
    expect(await store.runs.history(run.id)).toEqual(before)
  })

  it('keeps its lease and those of its subflows while it blocks, and is reported as unresponsive', async () => {
    children = childrenWith({ leaseMs: 2_000, unresponsiveMs: 1_500 })
    const run = await claimed('outer', { ms: 4_000 })
    const ending = children.execute(run, never)
    await untilNoted('begun')

    // whoever looks for runs without a process finds none while the event loop of this one stands still
    const found: string[] = []
    const looking = setInterval(
      () => void reap({ ...crashRules(), me }).then((runs) => found.push(...runs.map(({ name }) => name))),
      50,
    )
    const ended = await ending
    clearInterval(looking)

    expect(ended).toMatchObject({ crashCount: 0, state: { type: 'completed' } })
    expect(found).toEqual([])
    const lines = (await store.logs.list(run.id)).map(({ message }) => message)
    expect(lines.at(0)).toContain('is unresponsive')
    expect(lines.at(-1)).toBe('answers again')
    expect(said).toContainEqual(expect.stringContaining('unresponsive'))
  })
})
