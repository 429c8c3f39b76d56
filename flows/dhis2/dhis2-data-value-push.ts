/**
 * What became of every row of this file?
 *
 * Source: a CSV or JSON file of data values. Target: a DHIS2 instance.
 * Every row ends as created, updated, unchanged, refused (with a reason) or unknown, proved by reading back. A bad row
 * never holds up a good one; a blank value is no value and is refused, never sent as 0.
 *
 * Each batch is two steps, what the server held before and what came of the import, so that a run that was killed goes on
 * where it stopped and ends with the same ledger as one that was not.
 */
import { flow, markdown, runtime, table, task } from 'd2flow'
import {
  createPushLedger,
  dhis2,
  type DataValueBatch,
  type DataValueRow,
  type Dhis2Client,
  type ImportedBatch,
  type LedgerCounts,
  type LedgerEntry,
} from 'd2flow/connectors/dhis2'
import { fileSha256, readRecords, writeCsv } from 'd2flow/files'
import { formatCount, formatNumber } from 'd2flow/render'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const Params = z.object({
  file: z
    .string()
    .min(1)
    .describe('path of a .csv or .json file: dataElement, period, orgUnit, value and, if needed, the option combos'),
  instance: z.string().default('dhis2').describe('name of a saved dhis2 block'),
  dataSet: z
    .string()
    .length(11)
    .nullable()
    .default(null)
    .describe('UID of the data set; null finds it by the data element'),
  onDuplicate: z.enum(['first', 'last']).default('first').describe('which of several rows with one key is sent'),
  closedPeriods: z
    .enum(['refuse', 'send'])
    .default('refuse')
    .describe('rows of periods that are closed by their expiry days'),
  dryRun: z.boolean().default(false).describe('the server judges and stores nothing'),
  batchRows: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('rows in a request at most; null is what the server digests best'),
  outputDir: z.string().nullable().default(null).describe('folder for ledger.csv; null is the folder of the run'),
})

const COLUMNS = {
  required: ['dataElement', 'period', 'orgUnit', 'value'],
  optional: ['categoryOptionCombo', 'attributeOptionCombo', 'comment', 'followUp'],
  member: 'dataValues',
}

const LEDGER_COLUMNS = [
  'line',
  'outcome',
  'code',
  'message',
  'dataElement',
  'period',
  'orgUnit',
  'categoryOptionCombo',
  'attributeOptionCombo',
  'value',
  'serverCode',
]

/** Remembers which file the run is about: resumed with another content under the same name, it refuses to go on. */
const noteFile = task({
  name: 'note-file',
  run: ({ path, sha256 }: { path: string; sha256: string }) => ({ path, sha256 }),
})

/** A batch with what is needed to send it; the step is known by the batch's id, which is made of its rows. */
interface BatchWork {
  readonly id: string
  readonly take: () => { readonly client: Dhis2Client; readonly batch: DataValueBatch }
}

const RETRY = { attempts: 4, delaysMs: [2_000, 10_000, 60_000] }

const compareBatch = task({
  name: 'compare-batch',
  retry: RETRY,
  async run({ take }: BatchWork) {
    const { client, batch } = take()
    return await client.compareWithStored(batch)
  },
})

const importBatch = task({
  name: 'import-batch',
  retry: RETRY,
  async run({ take, before, dryRun }: BatchWork & { before: string; dryRun: boolean }, ctx): Promise<ImportedBatch> {
    const { client, batch } = take()
    // a try that was cut off may have stored some of it: the connector looks before it sends
    const resumed = ctx.attempt > 1 || (runtime.flowRun?.runCount ?? 1) > 1
    return await client.importBatch(batch, before, { dryRun, resumed })
  },
})

export const dhis2DataValuePush = flow({
  name: 'dhis2-data-value-push',
  params: Params,
  keepWorkDir: true,
  async run({ file, instance, dryRun, outputDir, ...options }, ctx) {
    const path = resolve(file)
    await noteFile({ path, sha256: await fileSha256(path) }, { key: 'file' })

    const client = await ctx.open(dhis2, instance)
    const plan = await client.planDataValues(readRows(path), {
      onDuplicate: options.onDuplicate,
      closedPeriods: options.closedPeriods,
      ...(options.dataSet === null ? {} : { dataSet: options.dataSet }),
      ...(options.batchRows === null ? {} : { batchRows: options.batchRows }),
    })
    const total = plan.table.length
    ctx.log.info(
      `${formatCount(total, 'row')} in ${formatCount(plan.batchCount, 'batch', 'batches')}, ${formatNumber(plan.refused.size)} refused before anything is sent`,
    )

    const ledger = createPushLedger(plan.table, plan.refused)
    let done = plan.refused.size
    for (let number = 0; number < plan.batchCount; number += 1) {
      ctx.progress(done, total, 'rows')
      const batch = plan.batchAt(number)
      const work = { id: batch.id, take: () => ({ client, batch }) }
      const before = await compareBatch(work, { key: `compare ${batch.id}` })
      const imported = await importBatch({ ...work, before, dryRun }, { key: `import ${batch.id}` })
      ledger.add(batch, imported)
      done += batch.rows.length
    }
    ctx.progress(done, total, 'rows')

    const counts = ledger.counts()
    const ledgerPath = await writeCsv(join(outputDir ?? ctx.workDir, 'ledger.csv'), ledgerRows(ledger.entries()), {
      columns: LEDGER_COLUMNS,
    })
    ctx.log.info(`what became of each row is in ${ledgerPath}`)
    const troubled = [...ledger.entriesOf('refused'), ...ledger.entriesOf('unknown')]
    await ctx.publish(markdown('dhis2-data-value-push-summary', summary(total, counts, dryRun)))
    await ctx.publish(
      table(
        'dhis2-data-value-push',
        [{ rows: total, ...counts }],
        dryRun ? 'Dry run: what would become of the rows' : 'What became of the rows',
      ),
    )
    if (troubled.length > 0) {
      await ctx.publish(
        table('dhis2-data-value-push-refused', troubled.map(ledgerRow).map(shown), 'Rows that are not stored, and why'),
      )
    }

    if (total > 0 && troubled.length === total) {
      const [first] = troubled
      throw new Error(`not one of ${total} rows was stored; the first: ${first?.reason?.message ?? 'unknown'}`)
    }
    if (counts.refused > 0) ctx.warn(`${formatNumber(counts.refused)} of ${formatCount(total, 'row')} were refused`)
    if (counts.unknown > 0) ctx.warn(`of ${counts.unknown} rows it is not known whether they are stored`)
    return { total, counts, dryRun, batches: plan.batchCount, ledgerPath }
  },
})

/** The plan takes all of them before anything is sent: a file that breaks off in the middle is refused whole. */
async function* readRows(path: string): AsyncGenerator<DataValueRow> {
  for await (const { line, fields } of readRecords(path, COLUMNS)) {
    yield {
      line,
      dataElement: text(fields['dataElement']),
      period: text(fields['period']),
      orgUnit: text(fields['orgUnit']),
      value: scalar(fields['value']),
      categoryOptionCombo: text(fields['categoryOptionCombo']),
      attributeOptionCombo: text(fields['attributeOptionCombo']),
      ...(given(fields['comment']) ? { comment: text(fields['comment']) } : {}),
      ...(given(fields['followUp'])
        ? { followUp: fields['followUp'] === true || text(fields['followUp']).toLowerCase() === 'true' }
        : {}),
    }
  }
}

/** An empty cell of an optional column says nothing. */
function given(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}

/** What is no scalar becomes its JSON text, which the plan refuses by name. */
function scalar(value: unknown): DataValueRow['value'] {
  if (value === undefined || value === null) return null
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value)
}

function* ledgerRows(entries: Iterable<LedgerEntry>): Generator<Record<string, unknown>> {
  for (const entry of entries) yield ledgerRow(entry)
}

function ledgerRow({ outcome, reason, row }: LedgerEntry) {
  return {
    line: row.line ?? null,
    outcome,
    code: reason?.code ?? null,
    message: reason?.message ?? null,
    dataElement: row.dataElement,
    period: row.period,
    orgUnit: row.orgUnit,
    categoryOptionCombo: row.categoryOptionCombo ?? null,
    attributeOptionCombo: row.attributeOptionCombo ?? null,
    value: row.value,
    serverCode: reason?.serverCode ?? null,
  }
}

/** The columns that fit on a page; ledger.csv holds all of them. */
function shown({ line, outcome, code, message, value }: ReturnType<typeof ledgerRow>) {
  return { line, outcome, code, message, value }
}

function summary(total: number, counts: LedgerCounts, dryRun: boolean): string {
  const would = dryRun ? 'would be ' : ''
  const parts = [
    `${formatNumber(counts.created)} ${would}created`,
    `${formatNumber(counts.updated)} ${would}updated`,
    `${formatNumber(counts.unchanged)} unchanged`,
    `${formatNumber(counts.refused)} refused`,
    ...(counts.unknown === 0 ? [] : [`${formatNumber(counts.unknown)} unknown`]),
  ]
  return `Of **${formatCount(total, 'row')}**: ${parts.join(', ')}.`
}
