/** Runs five stages with a checkpoint and is killed while it writes that of the third: written, and not yet renamed. */
import { openCheckpoint, runStages, stageType } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { syncBuiltinESMExports } from 'node:module'
import promises from 'node:fs/promises'
import { z } from 'zod'

const [path = ''] = process.argv.slice(2)
const { rename } = promises
let renames = 0
promises.rename = async (from, to) => {
  renames += 1
  if (renames === 3) process.kill(process.pid, 'SIGKILL')
  await rename(from, to)
}
syncBuiltinESMExports()

const names = ['one', 'two', 'three', 'four', 'five']
const addRow = (value: number) =>
  stageType({ params: z.object({}), run: (rows: readonly { readonly value: number }[]) => [...rows, { value }] })
await runStages(
  { name: 'five', stages: names.map((type) => ({ type })) },
  Object.fromEntries(names.map((name, index) => [name, addRow(index)])),
  { checkpoint: await openCheckpoint({ path, boundTo: { rows: 1 }, clock: createFakeClock() }) },
)
