/** What a push must know of the server and of the account, read once. */
import { z } from 'zod'
import { DataError } from '../../../src/base/errors.ts'
import type { HttpClient } from '../../../src/http/client.ts'
import { serverGeneration, type ServerGeneration } from '../server-generation.ts'

export interface PushServer {
  /** As the server writes it: `2.42.4`. */
  readonly version: string
  readonly generation: ServerGeneration
  /** The server's clock when it was asked, in its own zone and without one: `2026-11-22T11:40:49.073`. */
  readonly now: string
  /** Ids of the units below which the account may write; null for a superuser, for whom the server decides. */
  readonly writableRoots: readonly string[] | null
  /** Ids of the units below which the account may read; null when none are named. */
  readonly readableRoots: readonly string[] | null
}

/** Calendars in which a period id means what it says. */
const CALENDARS = new Set(['iso8601', 'gregorian'])

/** @throws HttpError; DataError `data/period` for a server whose period ids are of another calendar */
export async function fetchPushServer(http: HttpClient): Promise<PushServer> {
  const [{ body: info }, { body: me }] = await Promise.all([
    http.send({ path: '/api/system/info', schema: SystemInfo }),
    http.send({
      path: '/api/me',
      query: { fields: 'authorities,organisationUnits[id],dataViewOrganisationUnits[id]' },
      schema: Me,
    }),
  ])
  if (!CALENDARS.has(info.calendar)) {
    throw new DataError('data/period', `the server counts its periods in the calendar "${info.calendar}"`, {
      hint: 'only servers of the ISO calendar can be written to: there 201204 would not be April 2012',
      details: { calendar: info.calendar },
    })
  }
  const readable = [...me.dataViewOrganisationUnits, ...me.organisationUnits]
  return {
    version: info.version,
    generation: serverGeneration(info.version),
    now: info.serverDate,
    writableRoots: me.authorities.includes('ALL') ? null : me.organisationUnits,
    readableRoots: readable.length === 0 ? null : readable,
  }
}

const SystemInfo = z.object({
  version: z.string(),
  serverDate: z.string(),
  calendar: z.string().default('iso8601'),
})

const References = z.array(z.object({ id: z.string() }).transform(({ id }) => id)).default([])

const Me = z.object({
  authorities: z.array(z.string()).default([]),
  organisationUnits: References,
  dataViewOrganisationUnits: References,
})
