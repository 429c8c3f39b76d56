/** One import request, and what came of it: an answer that can be judged, or which kind of none. */
import type { Clock } from '../../../src/base/clock.ts'
import { isToolkitError, type ToolkitError } from '../../../src/base/errors.ts'
import type { Dhis2Api } from '../api.ts'
import { judgeImport, type ImportVerdict } from '../import-summary.ts'
import { awaitImportSummary, SHORTEST_DEADLINE_MS, StartedImport } from './await-import-job.ts'
import type { BatchRow, DataValueBatch } from './data-value-batch.ts'

export type SendResult =
  | { readonly kind: 'answered'; readonly verdict: ImportVerdict }
  /** The server failed on this request, and will again: 500 is its word for many slips (quirks.md D2-106). */
  | { readonly kind: 'failed'; readonly error: ToolkitError }
  /** Nobody knows whether the server did it, or is still doing it (quirks.md D2-110). */
  | { readonly kind: 'lost'; readonly error: ToolkitError }
  | { readonly kind: 'too-large'; readonly error: ToolkitError }

export interface SendOptions {
  readonly dryRun: boolean
  /** Large requests are handed to the server as a job. */
  readonly asynchronous: boolean
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** A job waits for a tick of 20 seconds: what is done by then is not worth one. */
const ROWS_WORTH_A_JOB = 5_000

/** Below, compressing costs more time than it saves on the way. */
const GZIP_FROM_BYTES = 50_000

/** So many rows are objects and text at the same time: what dies young costs nothing. */
const ROWS_AT_ONCE = 500

/** 2.42 stores what is wrong in these ways unless it is told not to; 2.43 always refuses it (quirks.md D2-104). */
const STRICT = {
  strictPeriods: true,
  strictDataElements: true,
  strictCategoryOptionCombos: true,
  strictAttributeOptionCombos: true,
  strictOrganisationUnits: true,
}

/** @throws HttpError, Dhis2Error when no such request can succeed: `http/auth`, `dhis2/no-access`, nobody listens */
export async function sendValues(
  api: Dhis2Api,
  batch: DataValueBatch,
  rows: readonly BatchRow[],
  options: SendOptions,
): Promise<SendResult> {
  const body = importBody(batch, rows)
  try {
    return { kind: 'answered', verdict: judgeImport(await sendBody(api, body, rows.length, options), rows) }
  } catch (error) {
    if (!isToolkitError(error)) throw error
    const kind = kindOf(error)
    if (kind === null) throw error
    return { kind, error }
  }
}

async function sendBody(
  api: Dhis2Api,
  body: Uint8Array,
  rows: number,
  { dryRun, asynchronous, timeoutMs, clock, signal }: SendOptions,
): Promise<{ readonly body: unknown }> {
  const isJob = asynchronous && rows >= ROWS_WORTH_A_JOB
  const answer = await api.send<unknown>({
    method: 'POST',
    path: 'dataValueSets',
    query: { ...STRICT, ...(dryRun ? { dryRun } : {}), ...(isJob ? { async: true } : {}) },
    body,
    contentType: 'application/json',
    // quirks.md D2-101: a 409 carries the summary of what was stored
    alsoAccept: [409],
    idempotent: false,
    gzip: body.length >= GZIP_FROM_BYTES,
    timeoutMs,
    signal,
  })
  const job = StartedImport.safeParse(answer.body)
  if (!isJob || !job.success) return answer
  const deadlineMs = Math.max(SHORTEST_DEADLINE_MS, timeoutMs)
  return { body: await awaitImportSummary(api, job.data, { clock, signal, deadlineMs }) }
}

function importBody(batch: DataValueBatch, rows: readonly BatchRow[]): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const list = JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE).map((row) => wireRow(row, batch)))
    pieces.push(Buffer.from(`${from === 0 ? '' : ','}${list.slice(1, -1)}`))
  }
  const head = Buffer.from(`{"dataSet":${JSON.stringify(batch.dataSet)},"dataValues":[`)
  return Buffer.concat([head, ...pieces, Buffer.from(']}')])
}

function wireRow(row: BatchRow, { defaultOptionCombo }: DataValueBatch): Record<string, unknown> {
  const { dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo, value, comment, followUp } = row
  return {
    dataElement,
    period,
    orgUnit,
    ...(categoryOptionCombo === defaultOptionCombo ? {} : { categoryOptionCombo }),
    ...(attributeOptionCombo === defaultOptionCombo ? {} : { attributeOptionCombo }),
    value,
    ...(comment === undefined ? {} : { comment }),
    ...(followUp === undefined ? {} : { followUp }),
  }
}

/** Null for an error that sending again, or less, does not change. */
function kindOf(error: ToolkitError): 'failed' | 'lost' | 'too-large' | null {
  switch (error.code) {
    case 'http/timeout':
    case 'http/shape':
      return 'lost'
    case 'http/network':
      // a connection that was never made carried nothing
      return error.details['dropped'] === true ? 'lost' : null
    case 'http/status':
      return kindOfStatus(Number(error.details['status']))
    default:
      return null
  }
}

function kindOfStatus(status: number): 'failed' | 'lost' | 'too-large' | null {
  if (status === 413) return 'too-large'
  if (status === 400 || status === 422 || status === 500) return 'failed'
  return [408, 425, 429, 502, 503, 504].includes(status) ? 'lost' : null
}
