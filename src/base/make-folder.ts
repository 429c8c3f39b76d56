/** A folder and those above it, made one after the other. */
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Does nothing when it is there. Node's own recursive form never comes back under /proc, where the system says that a
 * parent is missing that cannot be made.
 *
 * @throws the system's error (EACCES, EEXIST, ENOTDIR, ENOSPC …) of the first folder that cannot be made
 */
export function makeFolderAndParents(folder: string, options: { readonly mode?: number } = {}): void {
  const missing: string[] = []
  for (let at = folder; !isFolder(at) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  for (const each of missing.reverse()) {
    try {
      mkdirSync(each, options)
    } catch (error) {
      // another process may have made it meanwhile
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(each)) throw error
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // whatever keeps it from being looked at keeps it from being made, and is told there
    return false
  }
}
