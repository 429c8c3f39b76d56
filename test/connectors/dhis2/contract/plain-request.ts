/** A request with nothing of ours in it: what the tests believe instead of our own client. */
import { request } from 'undici'
import type { OpenServer } from './servers.ts'

export interface PlainAnswer {
  readonly status: number
  readonly body: unknown
}

export async function plainRequest(
  { url, username, password }: OpenServer,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<PlainAnswer> {
  const answer = await request(`${url}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      accept: 'application/json',
      'x-requested-with': 'XMLHttpRequest',
      ...(body === undefined
        ? {}
        : { 'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    headersTimeout: 300_000,
    bodyTimeout: 300_000,
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, body: text === '' ? null : JSON.parse(text) }
}

export interface PlainValue {
  readonly dataElement: string
  readonly period: string
  readonly orgUnit: string
  readonly categoryOptionCombo: string
  readonly attributeOptionCombo: string
  readonly value: string
}

/** Every value of a data set below a unit, by its five parts; read in the dialect of either generation. */
export async function storedValues(
  server: OpenServer,
  { dataSets, root, from, to }: { dataSets: readonly string[]; root: string; from: string; to: string },
): Promise<Map<string, string>> {
  const stored = new Map<string, string>()
  for (const dataSet of dataSets) {
    const query = `dataSet=${dataSet}&orgUnit=${root}&children=true&startDate=${from}&endDate=${to}`
    const { body } = await plainRequest(server, 'GET', `dataValueSets?${query}`)
    const { dataValues = [], ...envelope } = body as { dataValues?: Partial<PlainValue>[] } & Partial<PlainValue>
    for (const row of dataValues) {
      const value = { ...envelope, ...row } as PlainValue
      stored.set(plainKey(value), value.value)
    }
  }
  return stored
}

export function plainKey(row: Omit<PlainValue, 'value'>): string {
  return [row.dataElement, row.period, row.orgUnit, row.categoryOptionCombo, row.attributeOptionCombo].join(' ')
}
