/**
 * Files that are whole or not there: written under another name, synced, then renamed into place.
 */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataError } from '../base/errors.ts'
import { makeFolderAndParents } from '../base/make-folder.ts'

/**
 * Writes a file and makes its folder when it is missing. Gives the path.
 *
 * @throws DataError `data/file` when the disk is full or the folder cannot be written; an older file stays as it was
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | AsyncIterable<string>,
): Promise<string> {
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.partial`)
  try {
    makeFolderAndParents(dirname(path))
    const file = await open(partial, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    return path
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {}) // what cannot be removed now has a name that says what it is
    throw unwritable(path, cause as NodeJS.ErrnoException)
  }
}

function unwritable(path: string, cause: NodeJS.ErrnoException): unknown {
  const reasons: Readonly<Record<string, readonly [what: string, hint: string]>> = {
    ENOSPC: ['the disk is full', 'free some space, or name a folder on another disk'],
    EDQUOT: ['the disk quota is used up', 'free some space, or name a folder on another disk'],
    EACCES: ['the folder may not be written', 'choose another folder, or change its permissions'],
    EPERM: ['the folder may not be written', 'choose another folder, or change its permissions'],
    EROFS: ['the disk is read-only', 'choose a folder on another disk'],
    ENOENT: ['its folder is not there and cannot be made', 'choose another folder'],
    EEXIST: ['part of its path is a file', 'choose another folder'],
    ENOTDIR: ['part of its path is a file', 'choose another folder'],
    EISDIR: ['it is a folder', 'name a file'],
  }
  const reason = reasons[cause.code ?? '']
  if (reason === undefined) return cause
  const [what, hint] = reason
  return new DataError('data/file', `"${path}" was not written: ${what}`, { hint, details: { path }, cause })
}
