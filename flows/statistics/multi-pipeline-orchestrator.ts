/**
 * Is the whole set of pipelines healthy?
 *
 * Four child flows, each a run of its own: one makes fifty records, three work on them. A child that fails does not stop the
 * others; those that needed its records are reported as failed too. `failOn` names a child that shall fail, to see it.
 */
import { flow } from 'd2flow'
import { describe, roundTo } from 'd2flow/analysis'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const PIPELINES = ['ingest-records', 'check-records', 'summarise-records', 'band-records'] as const

interface Sample {
  readonly id: number
  readonly value: number
}

interface Work {
  readonly records: readonly Sample[]
  readonly fail: boolean
}

const ingestRecords = flow({
  name: 'ingest-records',
  params: z.object({ count: z.int(), fail: z.boolean() }),
  run({ count, fail }) {
    refuseWhen(fail, 'ingest-records')
    return Array.from({ length: count }, (_, i): Sample => ({ id: i, value: 10 * i }))
  },
})

const checkRecords = flow({
  name: 'check-records',
  run({ records, fail }: Work) {
    refuseWhen(fail, 'check-records')
    return { records: records.length, negative: records.filter(({ value }) => value < 0).length }
  },
})

const summariseRecords = flow({
  name: 'summarise-records',
  run({ records, fail }: Work) {
    refuseWhen(fail, 'summarise-records')
    const { mean, min, max } = describe(records.map(({ value }) => value))
    return { records: records.length, mean: roundTo(mean, 2), min, max }
  },
})

const bandRecords = flow({
  name: 'band-records',
  run({ records, fail }: Work) {
    refuseWhen(fail, 'band-records')
    return { records: records.length, high: records.filter(({ value }) => value >= 200).length }
  },
})

const Params = z.object({
  records: z.int().min(0).default(50).describe('records of sample data'),
  failOn: z.enum(PIPELINES).nullable().default(null).describe('a child that shall fail, to see what becomes of it'),
})

export const multiPipelineOrchestrator = flow({
  name: 'multi-pipeline-orchestrator',
  params: Params,
  async run({ records: count, failOn }, ctx) {
    const ingested = await ingestRecords.settle({ count, fail: failOn === 'ingest-records' })
    const records = 'result' in ingested ? ingested.result : null
    const others =
      records === null
        ? PIPELINES.slice(1).map((name) => ({ name, state: 'failed', message: 'there were no records to work on' }))
        : await Promise.all(
            [checkRecords, summariseRecords, bandRecords].map(async (child) =>
              outcomeOf(child.name, await child.settle({ records: [...records], fail: failOn === child.name })),
            ),
          )
    const outcomes = [outcomeOf('ingest-records', ingested), ...others]

    const failed = outcomes.filter(({ state }) => state !== 'completed').length
    const health = failed === 0 ? 'healthy' : failed < outcomes.length / 2 ? 'degraded' : 'critical'
    await publishReport(ctx, {
      key: 'multi-pipeline-orchestrator',
      title: 'Health of the pipelines',
      sample: true,
      rows: outcomes,
      paragraphs: [
        `The set of pipelines is **${health}**: ${outcomes.length - failed} of ${outcomes.length} completed.`,
        failed === 0
          ? 'None failed.'
          : `Failed: ${outcomes
              .filter(({ state }) => state !== 'completed')
              .map(({ name }) => name)
              .join(', ')}.`,
      ],
      method: 'healthy without a failure, degraded below half, else critical; each pipeline is a flow run of its own',
    })
    return { health, failed, pipelines: outcomes, records: records?.length ?? 0 }
  },
})

function outcomeOf(
  name: string,
  settled: { readonly state: { readonly type: string; readonly message: string | null } },
) {
  return { name, state: settled.state.type, message: settled.state.message }
}

function refuseWhen(fail: boolean, name: string): void {
  if (fail) throw new Error(`${name} was told to fail`)
}
