/** Lists of metadata: page by page with every object once, in one call, or by their ids. */
import { z } from 'zod'
import { ConfigError, HttpError } from '../../src/base/errors.ts'
import type { Log } from '../../src/base/log.ts'
import type { Query } from '../../src/http/http-request.ts'
import { pages } from '../../src/http/pages.ts'
import type { Dhis2Api } from './api.ts'
import { Dhis2Error } from './errors.ts'
import { MetadataObject } from './schemas.ts'

export interface MetadataQuery {
  /** As DHIS2 writes them: `id,name,parent[id]`. A preset or field that it does not know is left out in silence. */
  readonly fields?: string | undefined
  /** `property:operator:value`; several are joined by AND unless `rootJunction` says otherwise. */
  readonly filter?: string | readonly string[] | undefined
  readonly rootJunction?: 'AND' | 'OR' | undefined
}

export interface PagedQuery extends MetadataQuery {
  readonly pageSize?: number | undefined
}

/** The list types that a whole name stands for: `organisationUnits`, `users/gist`. */
const ENDPOINT = /^[A-Za-z][A-Za-z0-9]*(\/[A-Za-z0-9]+)*$/

/**
 * 1,000: two requests for 1,332 units take 0.5 s where 27 of 50 take 2.2 s (DHIS2 2.42.4, measured); gist allows no
 * more, and a page is still far from what a server or a proxy refuses.
 */
export const PAGE_SIZE = 1_000

/** Kept below the shortest limit of a proxy for a request line, with room for the address. */
const QUERY_LENGTH = 1_900

/**
 * Every object of a list once, in the server's order of their ids, read page by page as they are wanted.
 *
 * A list that changes while it is read shifts under the pages. Whatever comes twice is left out, and when the number
 * of objects is not the one the server counts, the list is read a second time for what was missed.
 *
 * @throws Dhis2Error `dhis2/incomplete` when the numbers still differ after the second reading
 */
export async function* readMetadata<Row extends { readonly id: string }>(
  api: Dhis2Api,
  endpoint: string,
  query: PagedQuery,
  schema: z.ZodType<Row>,
  log?: Log,
): AsyncGenerator<Row> {
  const given = new Set<string>()
  for (const reading of [1, 2]) {
    const seen = new Set<string>()
    const totals = new Set<number>()
    for await (const row of readPages(api, endpoint, query, schema, { seen, totals })) {
      if (given.has(row.id)) continue
      given.add(row.id)
      yield row
    }
    // one total all along, and as many objects: nothing was added or removed between two pages
    if (totals.size === 0 || (totals.size === 1 && totals.has(seen.size))) return
    const counted = [...totals].join(', then ')
    const message = `${endpoint}: the server counts ${counted} objects and gave ${seen.size} different ones`
    if (reading === 2) {
      throw new Dhis2Error('dhis2/incomplete', message, {
        hint: 'somebody is changing the list while it is read: try again later, or read it in one call',
        retryable: true,
        details: { endpoint, totals: [...totals], read: seen.size },
      })
    }
    log?.warn(`${message}: reading the list again`, { endpoint })
  }
}

function readPages<Row extends { readonly id: string }>(
  api: Dhis2Api,
  endpoint: string,
  query: PagedQuery,
  schema: z.ZodType<Row>,
  { seen, totals }: { readonly seen: Set<string>; readonly totals: Set<number> },
): AsyncGenerator<Row> {
  const answer = listAnswer(endpoint, schema)
  const pageSize = query.pageSize ?? PAGE_SIZE
  // without an order the server promises none, and from 2.44 its own changes (quirks.md D2-007)
  const fixed = { ...listQuery(query), order: 'id:asc', pageSize }
  return pages<Row, number>(1, async (page) => {
    const { body } = await api.send({ path: endpoint, query: { ...fixed, page }, schema: answer })
    const seenBefore = seen.size
    for (const { id } of body.rows) seen.add(id)
    if (body.pager?.total !== undefined) totals.add(body.pager.total)
    // quirks.md D2-008: beyond the end the server says it is on the last page, so that only nextPage tells;
    // a page that brings nothing new ends the reading too, or a server that always names a next one would hold us
    const more = body.pager?.nextPage != null && seen.size > seenBefore
    return { rows: body.rows, next: more ? page + 1 : undefined }
  })
}

/**
 * A whole list in one call: for lists that fit in memory, the server's and ours.
 *
 * @throws HttpError `http/shape` when the answer has no list of that name
 */
export async function fetchMetadata<Row>(
  api: Dhis2Api,
  endpoint: string,
  query: MetadataQuery,
  schema: z.ZodType<Row>,
): Promise<Row[]> {
  const { body } = await api.send({
    path: endpoint,
    query: { paging: false, ...listQuery(query) },
    schema: listAnswer(endpoint, schema),
  })
  return body.rows
}

/** The objects of these ids, as far as the account sees them, in any order. Asked for in pieces that any proxy takes. */
export async function fetchByIds<Row>(
  api: Dhis2Api,
  endpoint: string,
  ids: readonly string[],
  fields: string,
  schema: z.ZodType<Row>,
): Promise<Row[]> {
  const room = QUERY_LENGTH - encodeURIComponent(fields).length
  const pieces = chunks([...new Set(ids)], Math.max(1, Math.floor(room / (ID_LENGTH + ENCODED_COMMA))))
  const lists = await Promise.all(
    pieces.map((piece) => fetchMetadata(api, endpoint, { fields, filter: `id:in:[${piece.join(',')}]` }, schema)),
  )
  return lists.flat()
}

const ID_LENGTH = 11
const ENCODED_COMMA = 3

/** How many objects a list has, without reading any of them. */
export async function countMetadata(
  api: Dhis2Api,
  endpoint: string,
  query: Omit<MetadataQuery, 'fields'> = {},
): Promise<number> {
  const { body } = await api.send({
    path: endpoint,
    query: { ...listQuery({ ...query, fields: 'id' }), pageSize: 1 },
    schema: listAnswer(endpoint, MetadataObject),
  })
  if (body.pager?.total !== undefined) return body.pager.total
  throw new HttpError('http/shape', `${endpoint} answered without a total`, {
    hint: 'this type of object has no pages: read the list instead',
    details: { endpoint },
  })
}

function listQuery({ fields, filter, rootJunction }: MetadataQuery): Query {
  if (fields !== undefined) checkFields(fields)
  return {
    fields,
    // one parameter each: commas inside one filter would be split by the server
    filter: typeof filter === 'string' ? [filter] : filter,
    rootJunction,
  }
}

/** The list stands under the name of the endpoint: `organisationUnits` for `organisationUnits/gist` too. */
function listAnswer<Row>(endpoint: string, schema: z.ZodType<Row>) {
  if (!ENDPOINT.test(endpoint)) {
    throw new ConfigError('config/params', `"${endpoint}" is no name of a metadata list`, {
      hint: 'use a name like organisationUnits or dataElements',
    })
  }
  const member = endpoint.split('/')[0] ?? endpoint
  return z
    .object({
      pager: z.object({ total: z.int().optional(), nextPage: z.string().nullish() }).optional(),
      [member]: z.array(schema),
    })
    .transform((body) => ({
      pager: body.pager as { readonly total?: number; readonly nextPage?: string | null } | undefined,
      rows: body[member] as Row[],
    }))
}

/** quirks.md D2-009: the server reads an unclosed bracket as it likes, and says nothing. */
function checkFields(fields: string): void {
  const open = fields.split('[').length
  const closed = fields.split(']').length
  if (open === closed && fields.trim() !== '') return
  throw new ConfigError(
    'config/params',
    `fields "${fields}" ${open === closed ? 'is empty' : 'has a bracket too many or too few'}`,
    {
      hint: 'write them like id,name,parent[id]',
    },
  )
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}
