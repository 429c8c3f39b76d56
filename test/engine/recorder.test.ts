import { createFakeClock } from 'd2flow/testing'
import { expect, it } from 'vitest'
import { EngineError, StoreError } from '../../src/base/errors.ts'
import { createRecorder } from '../../src/engine/recorder.ts'
import type { Change, Store } from '../../src/store/store.ts'

const held = { runId: 'r1', epoch: 1 }
const patch = (warning: string): Change => ({ kind: 'run-patched', ...held, patch: { warning } })
const line = (message: string) => ({ runId: 'r1', taskRunId: null, at: '', level: 'info' as const, message })

/** A store that keeps every list it is handed, unless one of its changes is to be refused. */
function listening(refuse: (change: Change) => Error | null = () => null) {
  const lists: (readonly Change[])[] = []
  const write = async (changes: readonly Change[]) => {
    const refusal = changes.map(refuse).find((error) => error !== null)
    if (refusal !== undefined) throw refusal
    lists.push(changes)
  }
  const recorder = createRecorder({ store: { write } as Store, clock: createFakeClock() }, held, () => {})
  return { lists, recorder }
}

it('hands in what is written in one turn as one list, with the log lines first', async () => {
  const { lists, recorder } = listening()

  recorder.log(line('one'))
  recorder.log(line('two'))
  await Promise.all([recorder.write([patch('a')]), recorder.write([patch('b')])])

  expect(lists).toEqual([[{ kind: 'logs', lines: [line('one'), line('two')] }, patch('a'), patch('b')]])
})

it('refuses only the writer of a change that is refused, and loses no line over it', async () => {
  const wrong = new EngineError('engine/transition', 'no such arrow')
  const { lists, recorder } = listening((change) =>
    change.kind === 'run-patched' && change.patch.warning === 'b' ? wrong : null,
  )

  recorder.log(line('one'))
  const outcomes = await Promise.allSettled([
    recorder.write([patch('a')]),
    recorder.write([patch('b')]),
    recorder.write([patch('c')]),
  ])

  expect(outcomes).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: wrong },
    { status: 'fulfilled', value: undefined },
  ])
  expect(lists).toEqual([[{ kind: 'logs', lines: [line('one')] }, patch('a')], [patch('c')]])
})

it('writes nothing more once the run is lost, and says why to whoever tries', async () => {
  const { lists, recorder } = listening(() => new StoreError('store/stale', 'another epoch'))

  await expect(recorder.write([patch('a')])).rejects.toMatchObject({ code: 'engine/lease-lost' })
  recorder.log(line('late'))
  await recorder.flushLogs()

  await expect(recorder.write([patch('b')])).rejects.toMatchObject({ code: 'engine/lease-lost' })
  expect(lists).toEqual([])
})

it('writes waiting lines by themselves under the epoch of the run when there are many', async () => {
  const { lists, recorder } = listening()

  for (let number = 0; number < 200; number += 1) recorder.log(line(`${number}`))
  await new Promise(setImmediate)

  expect(lists).toHaveLength(1)
  expect(lists[0]?.[0]).toEqual({ kind: 'run-patched', ...held, patch: {} })
  expect(lists[0]?.[1]).toMatchObject({ kind: 'logs', lines: { length: 200 } })
})
