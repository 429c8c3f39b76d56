/**
 * Is yesterday's output usable?
 *
 * Source: a CSV file that another flow writes; with none given, a made-up one of twelve rows, two hours old.
 * Four checks: is it there, how old is it when the run is due, how many rows, and how many of the values are out of range.
 * Each is healthy, degraded or critical, and the worst of them counts. Values that are no number are counted apart; a file
 * without any number is degraded.
 */
import { collect, flow, task } from 'd2flow'
import { readRecords, writeCsv } from 'd2flow/files'
import { formatNumber } from 'd2flow/render'
import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'
import { numberOf } from './number-of.ts'

const HOUR_MS = 3_600_000

const Limits = z.object({
  maxHealthyAgeHours: z.number().positive().default(24).describe('older is degraded, older than twice is critical'),
  minRows: z.int().min(0).default(10).describe('fewer rows are critical'),
  maxRows: z.int().min(0).default(1_000).describe('more rows are degraded'),
  column: z.string().default('value').describe('the column whose values are checked'),
  min: z.number().default(0).describe('lowest value that is plausible'),
  max: z.number().default(1_000).describe('highest value that is plausible'),
})

type Limits = z.output<typeof Limits>

export type Health = 'healthy' | 'degraded' | 'critical'

interface Check {
  readonly check: string
  readonly status: Health
  readonly found: string
}

interface Output {
  readonly ageHours: number
  readonly rows: number
  /** Of the column; what is no number is null. */
  readonly values: readonly (number | null)[]
}

const writeSample = task({
  name: 'write-sample',
  async run({ path, writtenAt }: { path: string; writtenAt: string }) {
    await writeCsv(
      path,
      Array.from({ length: 12 }, (_, i) => ({ id: i, value: i === 7 ? 1_500 : 25 * i })),
    )
    await utimes(path, new Date(writtenAt), new Date(writtenAt))
  },
})

const readOutput = task({
  name: 'read-output',
  async run({ path, column, dueAt }: { path: string; column: string; dueAt: string }): Promise<Output | null> {
    const found = await stat(path).catch(isMissing)
    if (found === null) return null
    const records = await collect(readRecords(path))
    return {
      // a file that was written after the run was due is not old
      ageHours: Math.max(0, (Date.parse(dueAt) - found.mtimeMs) / HOUR_MS),
      rows: records.length,
      values: records.map(({ fields }) => numberOf(fields[column])),
    }
  },
})

export const pipelineHealthMonitor = flow({
  name: 'pipeline-health-monitor',
  params: Limits.extend({
    file: z.string().nullable().default(null).describe('path of the file to look at; null is sample data'),
  }),
  async run({ file, ...limits }, ctx) {
    const path = file ?? join(ctx.workDir, 'output.csv')
    if (file === null) {
      await writeSample({ path, writtenAt: new Date(ctx.dueAt.getTime() - 2 * HOUR_MS).toISOString() })
    }
    const output = await readOutput({ path, column: limits.column, dueAt: ctx.dueAt.toISOString() })

    const checks =
      output === null
        ? [{ check: 'file', status: 'critical' as const, found: 'it is not there' }]
        : checksOf(output, limits)
    const overall = worstOf(checks.map(({ status }) => status))
    await publishReport(ctx, {
      key: 'pipeline-health-monitor',
      title: 'Health of the output',
      sample: file === null,
      rows: checks.map((check) => ({ ...check })),
      paragraphs: [
        `The output is **${overall}**.`,
        ...checks.filter(({ status }) => status !== 'healthy').map(({ check, found }) => `${check}: ${found}`),
      ],
    })
    if (overall !== 'healthy') ctx.warn(`the output is ${overall}`)
    return { overall, checks }
  },
})

function checksOf({ ageHours, rows, values }: Output, limits: Limits): Check[] {
  const { maxHealthyAgeHours, minRows, maxRows, min, max } = limits
  const numbers = values.filter((value) => value !== null)
  const outside = numbers.filter((value) => value < min || value > max).length
  return [
    { check: 'file', status: 'healthy', found: 'it is there' },
    {
      check: 'age',
      status: ageHours <= maxHealthyAgeHours ? 'healthy' : ageHours <= 2 * maxHealthyAgeHours ? 'degraded' : 'critical',
      found: `${formatNumber(ageHours, 1)} hours old`,
    },
    {
      check: 'rows',
      status: rows < minRows ? 'critical' : rows > maxRows ? 'degraded' : 'healthy',
      found: `${rows} rows`,
    },
    {
      check: 'range',
      status: rangeHealth(numbers.length, outside),
      found:
        numbers.length === 0
          ? `no numbers among ${rows} rows`
          : `${outside} of ${numbers.length} values outside ${min}–${max}, ${rows - numbers.length} missing`,
    },
  ]
}

function rangeHealth(tested: number, outside: number): Health {
  if (tested === 0) return 'degraded'
  if (outside === 0) return 'healthy'
  return outside / tested < 0.1 ? 'degraded' : 'critical'
}

function worstOf(statuses: readonly Health[]): Health {
  return (['critical', 'degraded'] as const).find((status) => statuses.includes(status)) ?? 'healthy'
}

function isMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
