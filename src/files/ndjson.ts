/** NDJSON (also called JSON Lines): one JSON object a line, so that a file can be read and grown line by line. */
import { createReadStream } from 'node:fs'
import { DataError } from '../base/errors.ts'
import { writeAtomically } from './atomic-write.ts'
import { checkColumns } from './columns.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import type { FileRecord, ReadOptions } from './file-record.ts'

/** The objects of a file, with the line each stands on; blank lines are passed over. @throws DataError `data/file` */
export async function* readNdjson(path: string, options: ReadOptions = {}): AsyncGenerator<FileRecord> {
  const source = createReadStream(path, { highWaterMark: 256 * 1024 })
  let line = 0
  let hasRecord = false
  try {
    for await (const text of linesFrom(decodeUtf8(source, path))) {
      line += 1
      const trimmed = text.trim()
      if (trimmed === '') continue
      const fields = parseLine(path, line, trimmed)
      if (!hasRecord) checkColumns(path, Object.keys(fields), options)
      hasRecord = true
      yield { line, fields }
    }
  } finally {
    source.destroy()
  }
}

async function* linesFrom(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  let isFirst = true
  for await (const text of texts) {
    const lines = (isFirst ? text.replace(/^\uFEFF/, '') : rest + text).split('\n')
    isFirst = false
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest
}

function parseLine(path: string, line: number, text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DataError('data/file', `line ${line} of "${path}" is not JSON: ${(cause as Error).message}`, {
      hint: 'is the file cut off, or is it one JSON document over several lines? Then it should end in .json',
      details: { path, line },
      cause,
    })
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
  throw new DataError('data/file', `line ${line} of "${path}" is not an object`, {
    hint: 'each line must hold one JSON object',
    details: { path, line },
  })
}

/** Writes one JSON object a line; the records may come from a generator and are never all held. Gives the path. */
export async function writeNdjson(path: string, records: Iterable<Readonly<Record<string, unknown>>>): Promise<string> {
  return await writeAtomically(path, linesOf(records))
}

/** Lines written at a time: a write for each would cost more than making it. */
const LINES_AT_ONCE = 500

async function* linesOf(records: Iterable<Readonly<Record<string, unknown>>>): AsyncGenerator<string> {
  let lines: string[] = []
  for (const record of records) {
    lines.push(JSON.stringify(record))
    if (lines.length < LINES_AT_ONCE) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}
