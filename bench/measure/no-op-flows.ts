/** Flows whose tasks do nothing, so that what is left is the engine's own. */
import { flow, task } from 'd2flow'

const nothing = task({ name: 'nothing', run: (n: number) => n })

export const sequential = flow({
  name: 'sequential',
  async run({ tasks }: { tasks: number }) {
    for (let n = 0; n < tasks; n += 1) await nothing(n)
  },
})

export const mapped = flow({
  name: 'mapped',
  async run({ tasks }: { tasks: number }) {
    await Promise.all(nothing.map(Array.from({ length: tasks }, (_, n) => n)))
  },
})
