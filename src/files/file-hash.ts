/** What is in a file, as one digest. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { checkFile } from './check-file.ts'

/** SHA-256 of the file's bytes, as 64 hex digits; read in pieces. @throws DataError `data/file` for a missing or too large file */
export async function fileSha256(path: string): Promise<string> {
  await checkFile(path)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
