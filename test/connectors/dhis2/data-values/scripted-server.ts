/**
 * A wire that fails in the ways we choose: a server on loopback that holds values and answers imports as it is told.
 *
 * It knows no metadata and judges nothing; how real servers judge is for the fake of fixtures/dhis2.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface ScriptedRow {
  readonly dataElement: string
  readonly period: string
  readonly orgUnit: string
  readonly value: string
  readonly comment?: string
}

/** What an import request gets: a status and a body, after the rows were stored or not. */
export interface ScriptedAnswer {
  readonly status: number
  readonly body?: unknown
  readonly store: readonly ScriptedRow[]
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The connection is cut instead of an answer. */
  readonly cut?: boolean
}

export type Script = (rows: readonly ScriptedRow[], request: number) => ScriptedAnswer

const DEFAULT = 'HllvX50cXC0'

export interface ScriptedServer {
  readonly url: string
  /** The size of each import that came. */
  readonly imports: number[]
  /** How often stored values were read. */
  reads(): number
  hold(row: ScriptedRow): void
  held(): ScriptedRow[]
  play(script: Script): void
  /** How often the summary of a job is asked for in vain; Infinity loses it. */
  keepSummaryBack(polls: number): void
  stop(): Promise<void>
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const values = new Map<string, ScriptedRow>()
  const imports: number[] = []
  let reads = 0
  let script: Script = (rows) => accept(rows)
  let pollsInVain = 0
  let jobSummary: unknown

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://loopback')
      if (url.pathname.includes('taskSummaries')) {
        pollsInVain -= 1
        response.setHeader('content-type', 'application/json')
        response.end(pollsInVain >= 0 ? '' : JSON.stringify(jobSummary))
        return
      }
      if (request.method === 'GET') {
        reads += 1
        const dataValues = [...values.values()]
          .filter(({ period }) => url.searchParams.getAll('period').includes(period))
          .filter(({ orgUnit }) => url.searchParams.getAll('orgUnit').includes(orgUnit))
          .map((row) => ({ ...row, categoryOptionCombo: DEFAULT, attributeOptionCombo: DEFAULT }))
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ dataValues }))
        return
      }
      const { dataValues } = (await bodyOf(request)) as { dataValues: ScriptedRow[] }
      imports.push(dataValues.length)
      const answer = script(dataValues, imports.length)
      const isDryRun = url.searchParams.get('dryRun') === 'true'
      if (!isDryRun) for (const row of answer.store) values.set(keyOf(row), row)
      if (answer.cut === true) {
        request.socket.destroy()
        return
      }
      if (url.searchParams.get('async') === 'true') {
        jobSummary = (answer.body as { response: unknown }).response
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ status: 'OK', response: { id: 'jobScripted', jobType: 'DATAVALUE_IMPORT' } }))
        return
      }
      response.statusCode = answer.status
      response.setHeader('content-type', answer.contentType ?? 'application/json')
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    imports,
    reads: () => reads,
    hold: (row) => void values.set(keyOf(row), row),
    held: () => [...values.values()],
    play(other) {
      script = other
    },
    keepSummaryBack(polls) {
      pollsInVain = polls
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** As 2.43 answers when nothing is wrong. */
export function accept(rows: readonly ScriptedRow[]): ScriptedAnswer {
  return { status: 200, store: rows, body: summary('SUCCESS', { updated: rows.length }) }
}

/** As 2.43 answers when a group is refused: `args` says who is to blame, if it says so at all. */
export function refuseGroup(rows: readonly ScriptedRow[], errorCode: string, args: string): ScriptedAnswer {
  const indexes = rows.map((_, index) => index)
  const conflict = { errorCode, value: `refused: ${args}`, objects: { args }, indexes }
  return { status: 409, store: [], body: summary('ERROR', {}, [conflict], indexes) }
}

/** As 2.43 answers to a slip. */
export function fail(message: string): ScriptedAnswer {
  return {
    status: 500,
    store: [],
    body: { httpStatus: 'Internal Server Error', httpStatusCode: 500, status: 'ERROR', message },
  }
}

export function summary(
  status: string,
  counts: Readonly<Record<string, number>>,
  conflicts: readonly unknown[] = [],
  rejectedIndexes: readonly number[] = [],
) {
  const importCount = { imported: 0, updated: 0, ignored: 0, deleted: 0, ...counts }
  return { status, response: { responseType: 'ImportSummary', status, importCount, conflicts, rejectedIndexes } }
}

function keyOf({ dataElement, period, orgUnit }: ScriptedRow): string {
  return `${dataElement} ${period} ${orgUnit}`
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const bytes = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
  return JSON.parse((request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8'))
}
