/** Bytes to text, refusing what is not UTF-8 instead of replacing it. */
import { DataError } from '../base/errors.ts'

/** @throws DataError `data/file` naming the line where the text stops being UTF-8 */
export async function* decodeUtf8(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let lines = 1
  let first = true
  for await (const chunk of chunks) {
    if (first && ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff))) {
      throw notUtf8(path, 1, 'it is UTF-16')
    }
    first = false
    let text: string
    try {
      text = decoder.decode(chunk, { stream: true })
    } catch {
      throw notUtf8(path, lines + countLines(validPart(chunk)), 'it looks like another encoding, such as Windows-1252')
    }
    if (text.includes('\0')) throw notUtf8(path, lines, 'it holds zero bytes')
    lines += countLines(text)
    yield text
  }
  try {
    decoder.decode()
  } catch {
    throw notUtf8(path, lines, 'it ends in the middle of a letter')
  }
}

function notUtf8(path: string, line: number, why: string): DataError {
  return new DataError('data/file', `"${path}" is not UTF-8 text, near line ${line}: ${why}`, {
    hint: 'save it again as "CSV UTF-8" from your spreadsheet; nothing was sent',
    details: { path, line },
  })
}

/** What a lenient decoder reads up to the first letter that it had to replace. */
function validPart(chunk: Uint8Array): string {
  const text = new TextDecoder().decode(chunk)
  return text.slice(0, Math.max(0, text.indexOf('\uFFFD')))
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
