/** Drops a package and is killed as soon as its data file is there, before the metadata is. */
import { dropPackage } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { syncBuiltinESMExports } from 'node:module'
import promises from 'node:fs/promises'

const [folder = ''] = process.argv.slice(2)
const { rename } = promises
promises.rename = async (from, to) => {
  await rename(from, to)
  process.kill(process.pid, 'SIGKILL')
}
syncBuiltinESMExports()

await dropPackage(
  folder,
  Array.from({ length: 8 }, (_, id) => ({ id })),
  { producerId: 'alpha', key: 'the same drop', clock: createFakeClock() },
)
