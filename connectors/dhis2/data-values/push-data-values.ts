/**
 * Data values into DHIS2, with a ledger that says of every row what became of it.
 *
 * Three stages, each of which can be called on its own: plan (nothing is sent), compare a batch with what is stored,
 * import it. `pushDataValues` does all of them, in bounded memory.
 */
import { z } from 'zod'
import { systemClock } from '../../../src/base/clock.ts'
import { ConfigError } from '../../../src/base/errors.ts'
import type { Io } from '../../../src/base/io.ts'
import type { JsonValue } from '../../../src/base/json.ts'
import { silentLog } from '../../../src/base/log.ts'
import type { Dhis2Api } from '../api.ts'
import { Dhis2Error } from '../errors.ts'
import { fetchMetadataIndex } from '../metadata-index.ts'
import { ImportedBatch } from './batch-ledger.ts'
import { compareWithStored, type ComparedRows } from './compare-with-stored.ts'
import type { DataValueBatch } from './data-value-batch.ts'
import type { DataValueRow } from './data-value-row.ts'
import { importBatch, type ImportContext } from './import-batch.ts'
import type { LedgerCounts, LedgerEntry } from './ledger.ts'
import { planDataValues, type DataValuePlan } from './plan-data-values.ts'
import { createPushLedger } from './push-ledger.ts'
import { fetchPushServer, type PushServer } from './push-server.ts'
import { readDataValues } from '../stored-values.ts'
import { createRowTable } from './row-table.ts'
import type { ReadStoredValues } from './stored-value.ts'

export interface PlanOptions {
  /** UID of the data set that all rows are for; left out, each row goes to a set of its element that takes it. */
  readonly dataSet?: string | undefined
  /** Which of several rows with one key is sent; the others are refused. Default `first`. */
  readonly onDuplicate?: 'first' | 'last' | undefined
  /**
   * Periods that are over for longer than the data set's expiry days. Default `refuse`; `send` leaves them to the server,
   * which takes them from accounts with the right to edit expired data.
   */
  readonly closedPeriods?: 'refuse' | 'send' | undefined
  /** Rows in a batch at most. Default: what the server's generation digests best. */
  readonly batchRows?: number | undefined
}

export interface ImportOptions {
  /** The server judges and stores nothing. Default false. */
  readonly dryRun?: boolean | undefined
  /** Default `all`: every row is read back. `uncertain` believes an answer whose counts add up. */
  readonly proof?: 'all' | 'uncertain' | undefined
  /**
   * Hands requests of 5,000 rows and more to the server as jobs, for servers behind a proxy with a short limit. Such a
   * job starts up to 20 seconds later. Default false.
   */
  readonly asynchronous?: boolean | undefined
  /** Of one import request, and of one job. Default 5 minutes. */
  readonly timeoutMs?: number | undefined
  /** An earlier try may have sent the batch: what is stored by now is not sent again. */
  readonly resumed?: boolean | undefined
}

export interface PushOptions extends PlanOptions, Omit<ImportOptions, 'resumed'> {
  /** After each batch, in rows: those that have their verdict, and all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Where a push that may be interrupted keeps its steps. Of this one push: another must not find them. */
  readonly checkpoints?: PushCheckpoints | undefined
}

export interface PushCheckpoints {
  /** Undefined when nothing was kept under the key. */
  load(key: string): Promise<unknown>
  save(key: string, value: JsonValue): Promise<void>
}

export interface PushReport {
  /** Whether the server was only asked what it would do. */
  readonly dryRun: boolean
  readonly counts: LedgerCounts
  readonly refused: readonly LedgerEntry[]
  readonly unknown: readonly LedgerEntry[]
  /** Every row once, in the order in which they came. Can be read as often as one likes. */
  readonly ledger: Iterable<LedgerEntry>
  readonly batches: number
  /** Metadata and reads included. */
  readonly requests: number
  /** Of the server, as it writes it. */
  readonly version: string
}

export type DataValueRows = Iterable<DataValueRow> | AsyncIterable<DataValueRow>

/** What the client offers for writing data values. */
export interface DataValuePush {
  /** Reads metadata, checks every row and cuts batches. Sends nothing. @throws HttpError, Dhis2Error */
  planDataValues(rows: DataValueRows, options?: PlanOptions): Promise<DataValuePlan>
  /** What the server holds of a batch, one letter per row. @throws HttpError */
  compareWithStored(batch: DataValueBatch): Promise<ComparedRows>
  /** @throws HttpError; ConfigError `config/fallback-write` on a connection that may not write */
  importBatch(batch: DataValueBatch, before: ComparedRows, options?: ImportOptions): Promise<ImportedBatch>
  /** @throws as the three above; what is stored by then is found again by the next push, as unchanged */
  pushDataValues(rows: DataValueRows, options?: PushOptions): Promise<PushReport>
}

/** 5 minutes: 50,000 rows on a busy server of two cores take one. DHIS2 2.42.4, measured. */
const IMPORT_TIMEOUT_MS = 300_000

export function createDataValuePush(api: Dhis2Api, io: Io = {}): DataValuePush {
  let requests = 0
  let server: Promise<PushServer> | undefined
  const clock = io.clock ?? systemClock
  const log = io.log ?? silentLog
  const counted = countRequests(api, () => {
    requests += 1
  })

  const readStored: ReadStoredValues = ({ dataSet, periods, orgUnits, children }) => {
    // the plan looked all of them up, so that an empty answer is an answer
    const known = new Set([`dataSets/${dataSet}`, ...orgUnits.map((id) => `organisationUnits/${id}`)])
    return readDataValues(counted, { dataSet, period: periods, orgUnit: orgUnits, children }, known)
  }

  function fetchServer(): Promise<PushServer> {
    server ??= fetchPushServer(counted, clock).catch((error: unknown) => {
      server = undefined
      throw error
    })
    return server
  }

  async function compareContext() {
    const { generation } = await fetchServer()
    return { readStored, storesFollowUp: generation === 'by-group' }
  }

  async function importContext(options: ImportOptions): Promise<ImportContext> {
    return {
      ...(await compareContext()),
      api: counted,
      clock,
      log,
      signal: io.signal,
      dryRun: options.dryRun ?? false,
      proof: options.proof ?? 'all',
      asynchronous: options.asynchronous ?? false,
      timeoutMs: options.timeoutMs ?? IMPORT_TIMEOUT_MS,
      requests: () => requests,
    }
  }

  const push: DataValuePush = {
    async planDataValues(rows, options = {}) {
      const table = createRowTable()
      for await (const row of rows) table.add(row)
      // the clock of the server decides which periods are open: it is asked anew for every plan
      server = undefined
      const facts = await fetchServer()
      const index = await fetchMetadataIndex(counted, {
        elements: new Set(table.elements.texts),
        orgUnits: new Set(table.orgUnits.texts),
        dataSet: options.dataSet,
      })
      if (options.dataSet !== undefined && !index.dataSets.has(options.dataSet)) {
        throw new Dhis2Error('dhis2/unknown-uid', `there is no data set "${options.dataSet}" that this account sees`, {
          hint: 'look up its UID in the Maintenance app, and whether it is shared with the account',
          details: { dataSet: options.dataSet },
        })
      }
      return planDataValues(table, {
        index,
        now: facts.now,
        generation: facts.generation,
        writableRoots: facts.writableRoots,
        readableRoots: facts.readableRoots,
        dataSet: options.dataSet,
        onDuplicate: options.onDuplicate ?? 'first',
        closedPeriods: options.closedPeriods ?? 'refuse',
        batchRows: options.batchRows,
      })
    },

    async compareWithStored(batch) {
      return await compareWithStored(batch, await compareContext())
    },

    async importBatch(batch, before, options = {}) {
      refuseFallback()
      return await importBatch(batch, before, await importContext(options), { resumed: options.resumed ?? false })
    },

    async pushDataValues(rows, options = {}) {
      const requestsBefore = requests
      refuseFallback()
      const plan = await push.planDataValues(rows, options)
      const ledger = createPushLedger(plan.table, plan.refused)
      let done = plan.refused.size
      options.onProgress?.(done, plan.table.length)
      for (let number = 0; number < plan.batchCount; number += 1) {
        const batch = plan.batchAt(number)
        ledger.add(batch, await settleBatch(batch, options))
        done += batch.rows.length
        options.onProgress?.(done, plan.table.length)
        io.onProgress?.({ done, total: plan.table.length, unit: 'rows' })
      }
      const { version } = await fetchServer()
      return {
        dryRun: options.dryRun ?? false,
        counts: ledger.counts(),
        refused: ledger.entriesOf('refused'),
        unknown: ledger.entriesOf('unknown'),
        ledger: { [Symbol.iterator]: () => ledger.entries() },
        batches: plan.batchCount,
        requests: requests - requestsBefore,
        version,
      }
    },
  }

  /** Before anything is read or planned: the API would refuse the first request that writes. */
  function refuseFallback(): void {
    if (io.readOnly !== true) return
    throw new ConfigError(
      'config/fallback-write',
      'data values are not written: the connection was opened as a fallback',
      {
        hint: 'a fallback only reads; save the connection with: d2flow block create dhis2 NAME',
      },
    )
  }

  /** The three steps of a batch, each kept before the next begins. */
  async function settleBatch(batch: DataValueBatch, options: PushOptions): Promise<ImportedBatch> {
    const { checkpoints } = options
    const kept = ImportedBatch.safeParse(await checkpoints?.load(`${batch.id}/imported`))
    if (kept.success) return kept.data
    const seen = z.string().safeParse(await checkpoints?.load(`${batch.id}/before`))
    const before = seen.success ? seen.data : await push.compareWithStored(batch)
    if (!seen.success) await checkpoints?.save(`${batch.id}/before`, before)
    const imported = await push.importBatch(batch, before, { ...options, resumed: seen.success })
    await checkpoints?.save(`${batch.id}/imported`, imported)
    return imported
  }

  return push
}

function countRequests(api: Dhis2Api, count: () => void): Dhis2Api {
  return {
    ...api,
    send: (request) => {
      count()
      return api.send(request)
    },
    stream: (request) => {
      count()
      return api.stream(request)
    },
  }
}
