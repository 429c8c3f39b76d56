/**
 * Where results are kept: small ones in the row, larger ones in a file beside the store, each with its hash.
 *
 * A file is written and synced before anybody writes the row that names it: a row never names a file that is not there.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreError } from '../base/errors.ts'
import { canonicalJson, sha256Hex } from '../base/hash.ts'
import type { JsonValue } from '../base/json.ts'
import type { KeptResult } from '../model/run.ts'
import type { Store } from './store.ts'

/** What fits in a row, in bytes of UTF-8. */
const IN_ROW_BYTES = 64 * 1024

/**
 * Keeps a value for a run; what comes back goes into a row of that run. The hash is that of the canonical JSON text, so
 * equal values have equal hashes.
 *
 * @throws DataError `data/json` when JSON cannot hold the value, naming its path
 * @throws StoreError `store/unavailable` when the file cannot be written; nothing half-written stays
 */
export async function keepResult(store: Pick<Store, 'folder'>, runId: string, value: unknown): Promise<KeptResult> {
  const text = canonicalJson(value)
  const sha256 = sha256Hex(text)
  const bytes = Buffer.byteLength(text)
  if (bytes <= IN_ROW_BYTES || store.folder === null) {
    return { kind: 'value', value: JSON.parse(text) as JsonValue, sha256 }
  }
  const path = `${runId}/${sha256}.json`
  await writeSynced(join(store.folder, path), text)
  return { kind: 'file', path, bytes, sha256 }
}

/**
 * The value that was kept.
 *
 * @throws StoreError `store/not-found` when its file is gone, `store/damaged` when the file holds something else
 */
export async function loadResult(store: Pick<Store, 'folder'>, kept: KeptResult): Promise<JsonValue> {
  if (kept.kind === 'value') return kept.value
  const path = store.folder === null ? kept.path : join(store.folder, kept.path)
  const text = await read(path)
  if (sha256Hex(text) !== kept.sha256) {
    throw new StoreError('store/damaged', `the result file "${path}" is not what was kept`, {
      hint: 'it was changed or cut short: restore it from a copy, or run the flow again',
      details: { path, expected: kept.sha256 },
    })
  }
  return JSON.parse(text) as JsonValue
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new StoreError(
      isMissing ? 'store/not-found' : 'store/unavailable',
      `the result file "${path}" ${isMissing ? 'is gone' : 'cannot be read'}`,
      { hint: 'restore it from a copy, or run the flow again', details: { path }, cause },
    )
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(partial, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {}) // its name says what it is, should it stay
    throw new StoreError('store/unavailable', `the result file "${path}" was not written`, {
      hint: 'check the space on the disk and who may write there',
      retryable: true,
      details: { path },
      cause,
    })
  }
}

/** The new name is on the disk too. Windows cannot open a folder and needs no such thing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
