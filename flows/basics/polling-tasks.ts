/**
 * Which of the files that others drop for us have come?
 *
 * A task looks for each file, waits, and looks again, until it is there or its time is up: what other schedulers do with
 * sensors. All are looked for at the same time, and one that never comes does not keep the others from being read. A
 * file is read as soon as it has its name: whoever drops it writes under another one first and renames. With no folder
 * given the flow drops its own two files (sample data).
 */
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { flow, poll, PollTiming, table, task } from 'd2flow'
import { z } from 'zod'

const Params = PollTiming.extend({
  folder: z.string().nullable().default(null).describe('where the files are dropped; null: a folder of the run itself'),
  files: z.array(z.string().min(1)).min(1).default(['clinics.csv', 'stock.csv']).describe('the names to wait for'),
})

const dropSample = task({
  name: 'drop-sample',
  async run({ folder, files }: { folder: string; files: readonly string[] }, ctx) {
    for (const name of files) {
      await writeFile(join(folder, name), `id,value\n1,${name.length}\n`)
      await ctx.sleep(20)
    }
  },
})

const waitForFile = task({
  name: 'wait-for-file',
  run: async ({ path, ...timing }: z.output<typeof PollTiming> & { path: string }, ctx) =>
    await poll(ctx, {
      what: `the file ${path}`,
      check: async () => await readFile(path, 'utf8').catch(isMissing),
      ...timing,
    }),
})

export const pollingTasks = flow({
  name: 'polling-tasks',
  params: Params,
  async run({ folder: given, files, intervalMs, timeoutMs }, ctx) {
    const folder = given ?? ctx.workDir
    const sample = given === null
    const dropped = sample ? dropSample({ folder, files }) : null
    const paths = files.map((name) => join(folder, name))
    const waits = waitForFile.map({ path: paths, intervalMs, timeoutMs })
    const outcomes = await Promise.all(waits.map((wait) => wait.settled()))
    await dropped

    const rows = outcomes.map(({ state, result }, index) => ({
      file: basename(paths[index] ?? ''),
      came: state.type === 'completed',
      lines: result === undefined ? null : result.trim().split('\n').length,
    }))
    const missing = rows.filter(({ came }) => !came).length
    await ctx.publish(
      table('polling-tasks', rows, `${sample ? 'Sample data: ' : ''}${missing} of ${rows.length} missing`),
    )
    return { rows, missing }
  },
})

/** Not there yet is what is waited for; anything else that goes wrong is a failure. */
function isMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
