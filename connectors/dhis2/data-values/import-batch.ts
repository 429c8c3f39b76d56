/**
 * Sends a batch until every row has its verdict, each on evidence.
 *
 * Culprits are taken out and the others sent again; a request the server fails on is split until the row stands alone;
 * an answer that was lost is looked for in the store, and nothing is sent a second time before that. At the end what the
 * server says it holds is read back.
 */
import type { Clock } from '../../../src/base/clock.ts'
import { DataError, type ToolkitError } from '../../../src/base/errors.ts'
import type { Log } from '../../../src/base/log.ts'
import type { Dhis2Api } from '../api.ts'
import type { ImportVerdict } from '../import-summary.ts'
import { createBatchLedger, type ImportedBatch } from './batch-ledger.ts'
import { compareRows, type CompareContext, type ComparedRows } from './compare-with-stored.ts'
import type { DataValueBatch } from './data-value-batch.ts'
import type { Reason } from './ledger.ts'
import { readsFor } from './read-windows.ts'
import { reason } from './row-checks.ts'
import { sendValues } from './send-values.ts'

export interface ImportContext extends CompareContext {
  readonly api: Dhis2Api
  readonly clock: Clock
  readonly log: Log
  readonly signal?: AbortSignal | undefined
  /** The server judges and stores nothing; nothing is read back. */
  readonly dryRun: boolean
  /** `uncertain` believes an answer whose counts add up; `all` reads every row back. */
  readonly proof: 'all' | 'uncertain'
  /** Requests of 5,000 rows and more are handed to the server as a job. */
  readonly asynchronous: boolean
  /** Of one import request, and of one job. */
  readonly timeoutMs: number
  /** How many requests were sent so far, by whoever counts them. */
  requests(): number
}

/** Rows of the batch, by number, that go in one request. */
interface Parcel {
  readonly rows: readonly number[]
  /** How often culprits were taken out of it. */
  readonly rounds: number
  /** How often its answer was lost. */
  readonly losses: number
}

/** One refused class is named at a time, and there are eleven (source of DHIS2 2.43). */
const MOST_ROUNDS = 12
const MOST_LOSSES = 3
/** How long to wait for a server that may still be working, before each look. */
const LOOKS_AFTER_MS = [0, 5_000, 15_000, 40_000]
/** After as many single rows, and nothing else answered, rows from elsewhere are tried; after twice as many it is ill. */
const ILL_AFTER_ROWS = 5
/** What the server asks for beyond that is for whoever called: the error says when to come back. */
const LONGEST_WAIT_MS = 60_000
/** Splitting finds 40 rows among 5,000 with as many requests. */
const MOST_REQUESTS = 1_000

/**
 * @param before what `compareWithStored` gave, now or before an interruption
 * @param resumed an earlier try may have sent the batch: what the store holds by now is not sent again
 * @throws HttpError when nothing more can be found out: credentials refused, server gone
 * @throws DataError `data/misaligned` when `before` is of another batch
 */
export async function importBatch(
  batch: DataValueBatch,
  before: ComparedRows,
  context: ImportContext,
  { resumed = false }: { readonly resumed?: boolean } = {},
): Promise<ImportedBatch> {
  if (before.length !== batch.rows.length) throw misaligned(batch, before)
  const requestsBefore = context.requests()
  const ledger = createBatchLedger(batch.rows.length)
  /** Sent and, says the server, stored; `believed` with counts that add up. */
  const claimed: number[] = []
  const believed: number[] = []
  let failedAlone = 0
  let answered = 0

  let toSend = rowsToSend()
  if (resumed && !context.dryRun) toSend = await settleHeld(toSend)
  const pending: Parcel[] = toSend.length === 0 ? [] : [{ rows: toSend, rounds: 0, losses: 0 }]
  for (let parcel = pending.pop(); parcel !== undefined; parcel = pending.pop()) {
    if (context.requests() - requestsBefore > MOST_REQUESTS) {
      giveUp(parcel.rows, `more than ${MOST_REQUESTS} requests did not settle the batch`)
      continue
    }
    await settleParcel(parcel)
  }
  await proveClaimed()
  return ledger.finish(batch.id, context.requests() - requestsBefore)

  function rowsToSend(): number[] {
    return batch.rows.flatMap((row, number) => {
      if (before[number] === 's') {
        ledger.settle(number, 'unchanged')
      } else if (before[number] === 'a' && row.onlyOverExisting === true) {
        ledger.settle(number, 'unchanged', ZERO_LEFT_OUT)
      } else if (before[number] === 'x') {
        ledger.settle(number, 'refused', NOT_READABLE)
      } else {
        return [number]
      }
      return []
    })
  }

  async function settleParcel(parcel: Parcel): Promise<void> {
    const result = await sendValues(context.api, batch, pick(parcel.rows), context)
    switch (result.kind) {
      case 'answered':
        answered += 1
        return await settleVerdict(parcel, result.verdict)
      case 'too-large':
        return split(parcel, reason('row/refused', `the server finds the row too large: ${result.error.message}`))
      case 'failed':
        return await settleFailed(parcel, result.error)
      case 'lost':
        return await settleLost(parcel, result.error)
    }
  }

  async function settleVerdict(parcel: Parcel, { counts, culprits, rest, message }: ImportVerdict): Promise<void> {
    for (const { index, ...why } of culprits) ledger.settle(parcel.rows[index] ?? -1, 'refused', why)
    const blamed = new Set(culprits.map(({ index }) => index))
    const others = parcel.rows.filter((_, index) => !blamed.has(index))
    if (others.length === 0) return
    if (rest === 'applied') {
      for (const row of others) believed.push(row)
    } else if (rest === 'nothing') {
      const again = { ...parcel, rows: others, rounds: parcel.rounds + 1 }
      if (culprits.length > 0 && again.rounds <= MOST_ROUNDS) pending.push(again)
      // quirks.md D2-102: a refusal that names nobody; alone, a row is the one it is about
      else split(again, reason('row/refused', message))
    } else if (counts === null) {
      await settleLost(parcel, null)
    } else if (context.dryRun) {
      giveUp(others, `the counts of the server do not add up: ${message}`)
    } else {
      // quirks.md D2-103: the server is done and does not say with which rows
      for (const row of others) claimed.push(row)
    }
  }

  /** quirks.md D2-106: never again unchanged, and not before a look at the store. */
  async function settleFailed(parcel: Parcel, error: ToolkitError): Promise<void> {
    const missing = await settleHeld(parcel.rows)
    if (missing.length === 0) return
    if (parcel.rows.length === 1) {
      failedAlone += 1
      if (answered === 0 && failedAlone === ILL_AFTER_ROWS) tryElsewhere()
      if (answered === 0 && failedAlone >= 2 * ILL_AFTER_ROWS) throw error
    }
    split({ ...parcel, rows: missing }, reason('row/server-error', `the server failed on the row: ${saidBy(error)}`))
  }

  /** Rows far from those that failed, alone: whether the server takes anything at all. */
  function tryElsewhere(): void {
    const [far, ...others] = pending.splice(0)
    if (far === undefined) return
    const isProbe = (place: number) => place % Math.ceil(far.rows.length / ILL_AFTER_ROWS) === 0
    const rest = { ...far, rows: far.rows.filter((_, place) => !isProbe(place)) }
    const probes = far.rows.filter((_, place) => isProbe(place)).map((row) => ({ ...far, rows: [row] }))
    pending.push(...(rest.rows.length > 0 ? [rest] : []), ...others, ...probes)
  }

  /** quirks.md D2-110: the proxy gave up and the server may still be working: look, wait, look again. */
  async function settleLost(parcel: Parcel, error: ToolkitError | null): Promise<void> {
    if (error?.retryAfterMs !== undefined && error.retryAfterMs > LONGEST_WAIT_MS) throw error
    let missing = parcel.rows
    const waits = error?.retryAfterMs === undefined ? LOOKS_AFTER_MS : [error.retryAfterMs]
    for (const waitMs of waits) {
      if (waitMs > 0) await context.clock.sleep(waitMs, context.signal)
      const looked = await settleHeld(missing)
      // an import is one transaction: when some rows are there it is over
      const over = looked.length < missing.length
      missing = looked
      if (over || missing.length === 0) break
    }
    if (missing.length === 0) return
    context.log.warn(`an import answer was lost, ${missing.length} of ${parcel.rows.length} rows are not stored`, {
      dataSet: batch.dataSet,
      error: error?.message,
    })
    if (parcel.losses + 1 >= MOST_LOSSES) {
      return giveUp(
        missing,
        `${MOST_LOSSES} answers were lost: ${error?.message ?? 'the answer was no import summary'}`,
      )
    }
    const half = missing.length > 1 ? Math.ceil(missing.length / 2) : missing.length
    const losses = parcel.losses + 1
    for (const rows of [missing.slice(half), missing.slice(0, half)]) {
      if (rows.length > 0) pending.push({ rows, rounds: 0, losses })
    }
  }

  /** Settles what the store holds as it was sent, and gives the rest. */
  async function settleHeld(rows: readonly number[]): Promise<number[]> {
    if (context.dryRun) return [...rows]
    const letters = await readBack(rows)
    return rows.filter((row, place) => {
      if (letters[place] === 's') settleStored(row)
      else if (letters[place] === 'x') ledger.settle(row, 'unknown', CANNOT_BE_READ)
      else return true
      return false
    })
  }

  /** One row left is the one it is about; more are sent in halves. */
  function split(parcel: Parcel, alone: Reason): void {
    const { rows } = parcel
    if (rows.length === 1) {
      ledger.settle(rows[0] ?? -1, 'refused', alone)
      return
    }
    const half = Math.ceil(rows.length / 2)
    pending.push({ ...parcel, rows: rows.slice(half) }, { ...parcel, rows: rows.slice(0, half) })
  }

  async function proveClaimed(): Promise<void> {
    const trusted = context.dryRun || context.proof === 'uncertain'
    for (const row of believed) {
      if (trusted) settleStored(row)
      else claimed.push(row)
    }
    if (claimed.length === 0) return
    const letters = await readBack(claimed)
    for (const [place, row] of claimed.entries()) {
      if (letters[place] === 's') settleStored(row)
      else if (letters[place] === 'a') ledger.settle(row, 'refused', NOT_STORED)
      else if (letters[place] === 'x') ledger.settle(row, 'unknown', CANNOT_BE_READ)
      else ledger.settle(row, 'unknown', HOLDS_ANOTHER)
    }
  }

  function settleStored(row: number): void {
    ledger.settle(row, before[row] === 'a' ? 'created' : 'updated')
  }

  function giveUp(rows: readonly number[], why: string): void {
    for (const row of rows) ledger.settle(row, 'unknown', reason('row/unproven', why))
  }

  async function readBack(rows: readonly number[]): Promise<ComparedRows> {
    const some = pick(rows)
    return await compareRows(some, batch, readsFor(some, batch), context)
  }

  function pick(rows: readonly number[]) {
    return rows.flatMap((row) => batch.rows[row] ?? [])
  }
}

const ZERO_LEFT_OUT = reason('row/zero-not-significant', 'a zero of this element means nothing, and nothing is stored')
const NOT_READABLE = reason(
  'row/no-data-access',
  'the account may not read the data of this data set or unit, so that nothing about the row could be proved',
)
const CANNOT_BE_READ = reason('row/unproven', 'the row was sent, and the account may not read any more what is stored')
const NOT_STORED = reason('row/not-stored', 'the server said nothing against the row, and does not hold it')
const HOLDS_ANOTHER = reason('row/unproven', 'the server took the row, and holds another value now')

function misaligned(batch: DataValueBatch, before: ComparedRows): DataError {
  return new DataError('data/misaligned', `${before.length} letters for a batch of ${batch.rows.length} rows`, {
    hint: 'compare this batch with what is stored, and keep the answer under the id of the batch',
    details: { batch: batch.id },
  })
}

function saidBy(error: ToolkitError): string {
  const said = error.details['serverMessage']
  return typeof said === 'string' ? said : error.message
}
