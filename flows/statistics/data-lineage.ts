/**
 * Which stages changed the data?
 *
 * Source: six made-up records, or those that are given.
 * Each stage keeps the digest of what went in and of what came out, made from the data itself: another order is the same
 * data, another value is not. The output of a stage is the input of the next; a broken link is an error that names it.
 */
import { flow } from 'd2flow'
import { lineageEntry, lineageSummary, shortHash, type LineageEntry } from 'd2flow/analysis'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const Entry = z.object({ id: z.number(), name: z.string(), value: z.number() })

type Entry = z.output<typeof Entry> & { readonly qualityTier: 'high' | 'standard' | null }

const SAMPLE = [
  { id: 1, name: 'alpha', value: 80 },
  { id: 2, name: 'beta', value: 30 },
  { id: 3, name: 'gamma', value: 60 },
  { id: 4, name: 'delta', value: 10 },
  { id: 5, name: 'epsilon', value: 90 },
  { id: 1, name: 'alpha', value: 80 },
]

const Params = z.object({
  minValue: z.number().default(20).describe('records below this are left out'),
  highFrom: z.number().default(50).describe('values above this are of the high tier'),
  rows: z.array(Entry).nullable().default(null).describe('records in place of the sample'),
})

export const dataLineage = flow({
  name: 'data-lineage',
  params: Params,
  async run({ minValue, highFrom, rows }, ctx) {
    const entries: LineageEntry[] = []
    const stage = (name: string, operation: string, input: readonly Entry[], output: readonly Entry[]) => {
      const left = input.length - output.length
      entries.push(
        lineageEntry({
          stage: name,
          operation,
          input,
          output,
          timestamp: ctx.clock.now().toISOString(),
          ...(left > 0 ? { dropped: { [operation]: left } } : {}),
        }),
      )
      return output
    }

    const raw = (rows ?? SAMPLE).map((record): Entry => ({ ...record, qualityTier: null }))
    const ingested = stage('ingest', 'pass-through', raw, raw)
    const filtered = stage(
      'filter',
      `value ≥ ${minValue}`,
      ingested,
      ingested.filter(({ value }) => value >= minValue),
    )
    const enriched = stage(
      'enrich',
      'quality tier',
      filtered,
      filtered.map((record): Entry => ({ ...record, qualityTier: record.value > highFrom ? 'high' : 'standard' })),
    )
    const records = stage(
      'deduplicate',
      'first of each id',
      enriched,
      enriched.filter(({ id }, at) => enriched.findIndex((other) => other.id === id) === at),
    )

    const { stageCount, modified, passedThrough, totalRecordsProcessed } = lineageSummary(entries)
    await publishReport(ctx, {
      key: 'data-lineage',
      title: 'What each stage did to the data',
      sample: rows === null,
      rows: entries.map(({ stage: name, operation, inputHash, outputHash, recordsIn, recordCount }) => ({
        stage: name,
        operation,
        input: shortHash(inputHash),
        output: shortHash(outputHash),
        'records in': recordsIn,
        'records out': recordCount,
        changed: inputHash !== outputHash,
      })),
      paragraphs: [
        modified.length === 0
          ? 'No stage changed the data.'
          : `**${modified.join(', ')}** changed the data; ${passedThrough.length === 0 ? 'none passed it through' : `${passedThrough.join(', ')} passed it through`}.`,
        `${raw.length} records came in, ${records.length} went out, ${totalRecordsProcessed} were handed on over ${stageCount} stages.`,
      ],
      method: 'SHA-256 of the canonical JSON (RFC 8785) of the records as a multiset; 16 of its digits are shown',
    })
    return {
      entries,
      stageCount,
      dataModifications: modified.length,
      passedThrough,
      totalRecordsProcessed,
      records,
    }
  },
})
