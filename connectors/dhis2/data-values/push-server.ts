/** What a push must know of the server and of the account, read once. */
import type { Clock } from '../../../src/base/clock.ts'
import type { Dhis2Api } from '../api.ts'
import { Dhis2Error } from '../errors.ts'
import { Account, ServerInfo } from '../schemas.ts'
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
const CALENDARS: readonly (string | null)[] = ['iso8601', 'gregorian', null]

/** @throws HttpError; Dhis2Error `dhis2/version` for a server whose period ids are of another calendar */
export async function fetchPushServer(api: Dhis2Api, clock: Clock): Promise<PushServer> {
  const [{ body: info }, { body: account }] = await Promise.all([
    api.send({ path: 'system/info', schema: ServerInfo }),
    api.send({
      path: 'me',
      query: { fields: 'id,authorities,organisationUnits[id],dataViewOrganisationUnits[id]' },
      schema: Account,
    }),
  ])
  if (!CALENDARS.includes(info.calendar)) {
    throw new Dhis2Error('dhis2/version', `the server counts its periods in the calendar "${info.calendar}"`, {
      hint: 'values can be written to servers of the ISO calendar only: elsewhere 201204 is not April 2012',
      details: { calendar: info.calendar },
    })
  }
  const readable = [...account.dataViewOrgUnitIds, ...account.orgUnitIds]
  return {
    version: info.version,
    generation: serverGeneration(info),
    now: info.serverDate ?? clock.now().toISOString().slice(0, 23),
    writableRoots: account.authorities.includes('ALL') ? null : account.orgUnitIds,
    readableRoots: readable.length === 0 ? null : readable,
  }
}
