import { createFakeClock } from 'd2flow/testing'
import { flow, task } from 'd2flow'
import { expect, it } from 'vitest'
import { startRun } from '../../src/engine/start-run.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

it('a map of a thousand items does not hold up a run of two steps beside it', async () => {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const identity = { workerId: 'w', pid: 1, bootId: 'b', hostName: 'h' }
  const host = { store, clock, identity, beats: false }
  let itemsDone = 0
  const item = task({
    name: 'item',
    async run(n: number) {
      await new Promise(setImmediate)
      itemsDone += 1
      return n
    },
  })
  const step = task({ name: 'step', run: (n: number) => n + 1 })
  const large = flow({
    name: 'large',
    run: async () => void (await Promise.all(item.map(Array.from({ length: 1_000 }, (_, n) => n)))),
  })
  const small = flow({ name: 'small', run: async () => await step(await step(0)) })

  const ofLarge = startRun(large, {}, { host })
  const { result } = await startRun(small, {}, { host })
  const doneMeanwhile = itemsDone
  await ofLarge

  expect(result).toBe(2)
  expect(doneMeanwhile).toBeLessThan(500)
  expect(itemsDone).toBe(1_000)
})
