/**
 * What becomes of the files that were written when the last step finds a mistake?
 *
 * Two files are written and then checked, in one transaction. When the check fails, each file is removed again by the
 * `onRollback` of the task that wrote it, the last first, and the run fails with the reason. The same happens when the
 * process is killed between the steps: the next one that takes the run up removes the files before it writes them again.
 * So whoever looks finds both files or none. Sample data: three districts.
 */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, flow, table, task, type TransactionHook } from 'd2flow'
import { z } from 'zod'

const DISTRICTS = [
  { district: 'North', reports: 12 },
  { district: 'South', reports: 9 },
  { district: 'East', reports: 11 },
]

/** Finds its file by what the step gave and by what the transaction has set: it may run in another process. */
const removeFile: TransactionHook<string> = async ({ result, get }, ctx) => {
  await rm(join(ctx.workDir, result), { force: true })
  ctx.log.info(`removed ${result} of batch ${JSON.stringify(get('batch'))}`)
}

const writeLines = task({
  name: 'write-lines',
  onRollback: [removeFile],
  async run({ name, lines }: { name: string; lines: readonly string[] }, ctx) {
    await writeFile(join(ctx.workDir, name), `${lines.join('\n')}\n`)
    return name
  },
})

const checkTotal = task({
  name: 'check-total',
  run({ total, expected }: { total: number; expected: number }) {
    if (total === expected) return total
    throw new DataError('data/value', `${total} reports were counted, ${expected} are expected`, {
      hint: 'give the number that the districts have announced',
    })
  },
})

export const transactions = flow({
  name: 'transactions',
  keepWorkDir: true,
  params: z.object({
    batch: z.string().min(1).default('2026-11').describe('what the files belong to'),
    expected: z.int().min(0).default(32).describe('reports that the districts have announced; 32 is right'),
  }),
  async run({ batch, expected }, ctx) {
    const total = DISTRICTS.reduce((sum, { reports }) => sum + reports, 0)
    const files = await ctx.transaction(async (t) => {
      t.set('batch', batch)
      const register = DISTRICTS.map(({ district, reports }) => `${district},${reports}`)
      const written = [
        await writeLines({ name: 'register.csv', lines: ['district,reports', ...register] }),
        await writeLines({ name: 'summary.csv', lines: ['batch,reports', `${batch},${total}`] }),
      ]
      await checkTotal({ total, expected })
      return written
    })

    await ctx.publish(
      table(
        'transactions',
        files.map((file) => ({ file })),
        'Sample data: files that were written together',
      ),
    )
    return { files, total }
  },
})
