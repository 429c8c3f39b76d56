/** Processes files without end and tells how many it did, until it is killed. */
import { processNewFiles } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'

const [manifestPath = ''] = process.argv.slice(2)
let done = 0

await processNewFiles(
  Array.from({ length: 100_000 }, (_, index) => `file-${index}.csv`),
  () => {
    process.send?.(done)
    done += 1
    return done
  },
  { manifestPath, clock: createFakeClock() },
)
