/** What DHIS2 has to say for itself, beside what any server can: one code per thing that can be done about it. */
import { HttpError, ToolkitError } from '../../src/base/errors.ts'

export type Dhis2Code =
  /** The server took none of an import, for a reason that concerns all of it. */
  | 'dhis2/import-refused'
  /** An id is not in this instance, or not visible to the account. */
  | 'dhis2/unknown-uid'
  /** The account may not do or see this. */
  | 'dhis2/no-access'
  /** The server is of a version, or is set up in a way, that cannot be worked with. */
  | 'dhis2/version'
  /** A list kept changing while it was read: fewer or more objects came than the server counts. */
  | 'dhis2/incomplete'

export class Dhis2Error extends ToolkitError<Dhis2Code> {}

/** Refusals for want of a right, by the server's own codes: metadata E30xx, data reading E2010 and E2012, analytics. */
const NO_ACCESS = /^(E30\d\d|E2010|E2012|E7120|E7121)$/

/** The same refusal in DHIS2's words; every other error as it is. */
export function asDhis2Error(thrown: unknown): unknown {
  if (!(thrown instanceof HttpError) || thrown.code !== 'http/status') return thrown
  const { status, serverCode } = thrown.details
  const code = typeof serverCode === 'string' ? serverCode : ''
  if (status === 403 || NO_ACCESS.test(code)) {
    return new Dhis2Error('dhis2/no-access', thrown.message, {
      hint: 'give the account the authority, the organisation unit or the sharing that is missing, or use another account',
      details: thrown.details,
      cause: thrown,
    })
  }
  if (code === 'E1005') {
    return new Dhis2Error('dhis2/unknown-uid', thrown.message, {
      hint: 'is the id spelt right, and is it of this instance?',
      details: thrown.details,
      cause: thrown,
    })
  }
  return thrown
}
