/** `d2flow init`: a small project of the user's own, that runs at once. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { starterFiles } from '../starter-files.ts'

export async function init({ output, cwd, version }: Invocation, folder: string): Promise<number> {
  const target = resolve(cwd, folder)
  const present = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new UsageError('cli/usage', `"${folder}" is not a folder`, {
      hint: 'name a new folder, or an empty one',
      cause: error,
    })
  })
  if (present.length > 0) {
    throw new UsageError('cli/usage', `the folder "${folder}" is not empty`, {
      hint: 'name a new folder, or an empty one',
    })
  }
  const files = starterFiles({ name: basename(target), version })
  for (const { path, text } of files) {
    await mkdir(dirname(join(target, path)), { recursive: true })
    await writeFile(join(target, path), text, { flag: 'wx' })
  }
  const path = relative(cwd, target)
  const shown = path.startsWith('..') ? target : path || '.'
  output.print(
    `made ${shown}:\n${files.map(({ path }) => `  ${path}`).join('\n')}\n\nnext:\n  cd ${shown}\n  npm install\n  npm start`,
  )
  output.document({ folder: target, files: files.map(({ path }) => path) })
  return EXIT.done
}
