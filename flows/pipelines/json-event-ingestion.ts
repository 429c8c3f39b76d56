/**
 * How do nested JSON events become flat rows?
 *
 * Source: a JSON list or an NDJSON file of events; with none given, three made-up ones.
 * Nested objects and lists are flattened with dots and positions (`user.roles.0`), and written one JSON object a line. A
 * member that an event does not have stays away from its row; how often that happens is counted.
 */
import { collect, flow, task } from 'd2flow'
import { flatten, readRecords, writeJsonFile, writeNdjson } from 'd2flow/files'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const SAMPLE = [
  { id: 'e1', type: 'visit', user: { name: 'Ada', roles: ['nurse', 'trainer'] }, at: '2026-01-05T08:00:00Z' },
  { id: 'e2', type: 'referral', user: { name: 'Bo', roles: [] }, at: '2026-01-05T09:30:00Z', to: { facility: 'B7' } },
  { id: 'e3', type: 'visit', user: { name: 'Chidi', roles: ['nurse'] }, at: null },
]

const readEvents = task({
  name: 'read-events',
  run: async ({ path }: { path: string }) => (await collect(readRecords(path))).map(({ fields }) => ({ ...fields })),
})

const writeRows = task({
  name: 'write-rows',
  run: ({ path, rows }: { path: string; rows: readonly Record<string, unknown>[] }) => writeNdjson(path, rows),
})

const writeSample = task({
  name: 'write-sample',
  run: ({ path }: { path: string }) => writeJsonFile(path, SAMPLE),
})

export const jsonEventIngestion = flow({
  name: 'json-event-ingestion',
  keepWorkDir: true,
  params: z.object({
    file: z.string().nullable().default(null).describe('path of a .json or .ndjson file; null is sample data'),
    outputDir: z.string().nullable().default(null).describe('folder of events.ndjson; null is the folder of the run'),
  }),
  async run({ file, outputDir }, ctx) {
    const folder = outputDir ?? ctx.workDir
    const path = file ?? (await writeSample({ path: join(folder, 'events.json') }))
    const rows = (await readEvents({ path })).map(flatten)
    const ndjsonPath = await writeRows({ path: join(folder, 'events.ndjson'), rows })

    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const coverage = columns.map((column) => ({
      column,
      present: rows.filter((row) => Object.hasOwn(row, column)).length,
      'of these null': rows.filter((row) => row[column] === null).length,
    }))
    const absent = coverage.reduce((sum, { present }) => sum + rows.length - present, 0)
    await publishReport(ctx, {
      key: 'json-event-ingestion',
      title: 'Columns of the events',
      sample: file === null,
      rows: coverage,
      paragraphs: [
        `**${rows.length} events** became rows of up to ${columns.length} columns.`,
        `${absent} of ${rows.length * columns.length} cells are absent: their event has no such member.`,
      ],
    })
    return { events: rows.length, columns, absent, ndjsonPath }
  },
})
