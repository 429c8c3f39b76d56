/** What SQLite says, as an error that names the file and says what to do. */
import { StoreError } from '../base/errors.ts'

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const BUSY = 5
const LOCKED = 6
const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** Anything else that was thrown comes back as it is: a bug of ours, to be shown as one. */
export function toStoreError(thrown: unknown, path: string): unknown {
  if (!isSqliteError(thrown)) return thrown
  const unavailable = (what: string, hint: string, retryable: boolean) =>
    new StoreError('store/unavailable', `the store "${path}" ${what}`, {
      hint,
      retryable,
      details: { path, sqlite: thrown.message },
      cause: thrown,
    })
  const damaged = (what: string, hint: string) =>
    new StoreError('store/damaged', `the store "${path}" ${what}`, {
      hint,
      details: { path, sqlite: thrown.message },
      cause: thrown,
    })

  switch (primaryCode(thrown)) {
    case BUSY:
    case LOCKED:
      return unavailable(
        'is locked by another process',
        `see who has "${path}" open and end it, or try again; a copy or a backup of the file may hold it too`,
        true,
      )
    case FULL:
      return unavailable(
        'cannot grow: the disk is full',
        `free some space on the disk of "${path}" and try again; what was acknowledged is safe`,
        true,
      )
    case IO_ERROR:
      return unavailable(
        'cannot be read or written: the disk reports an error',
        'is the disk full? check it and its space',
        true,
      )
    case CANNOT_OPEN:
      return unavailable(
        'cannot be opened',
        'check that it is a file, that its folder is there and that both may be written',
        false,
      )
    case READ_ONLY:
      return unavailable(
        'may not be written',
        `give yourself the right to write "${path}" and its folder, or name another store with D2FLOW_STORE`,
        false,
      )
    case CORRUPT:
      return damaged(
        'is damaged',
        `move "${path}" away and restore a copy, or begin with a new store; sqlite3 "${path}" .recover saves what it can`,
      )
    case NOT_A_DATABASE:
      return damaged('is not a database', `move "${path}" away, or name another file with D2FLOW_STORE=sqlite:<file>`)
    default:
      return thrown
  }
}

/** Whether another process is in the way just now. */
export function isBusy(thrown: unknown): boolean {
  return isSqliteError(thrown) && primaryCode(thrown) === BUSY
}

function isSqliteError(thrown: unknown): thrown is Error & { readonly errcode: number } {
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number'
}

/** The upper bits of an extended code say more than anybody can act on. */
function primaryCode(error: { readonly errcode: number }): number {
  return error.errcode & 0xff
}
