/** Records from a JSON file: a bare list, or a list that is a member of an object, whose other members are shared. */
import { createReadStream } from 'node:fs'
import { DataError } from '../base/errors.ts'
import { checkColumns } from './columns.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import type { FileRecord, ReadOptions } from './file-record.ts'

/**
 * Reads item by item. The plain members that stand before the list (`period`, `orgUnit` …) are laid under each record,
 * as DHIS2 does with the envelope of a data value set.
 */
export async function* readJsonRecords(path: string, options: ReadOptions = {}): AsyncGenerator<FileRecord> {
  const { JSONParser } = await import('@streamparser/json')
  const member = options.member
  const found: unknown[] = []
  const envelope: Record<string, unknown> = {}
  const parser = new JSONParser({
    paths: ['$.*', ...(member === undefined ? [] : [`$.${member}.*`])],
    keepStack: false,
  })
  parser.onValue = ({ value, key, stack }) => {
    const insideMember = stack.length === 2 && member !== undefined
    if (insideMember || (stack.length === 1 && typeof key === 'number')) found.push(value)
    else if (typeof key === 'string' && (value === null || typeof value !== 'object')) envelope[key] = value
  }
  let line = 0
  const source = createReadStream(path, { highWaterMark: 256 * 1024 })
  try {
    for await (const text of decodeUtf8(source, path)) {
      write(parser, line === 0 && found.length === 0 ? text.replace(/^\uFEFF/, '') : text, path)
      for (const record of found.splice(0)) yield check(path, record, (line += 1), envelope, options)
    }
    if (!parser.isEnded) throw cutOff(path, line)
  } finally {
    source.destroy()
  }
}

function write(parser: { write(text: string): void }, text: string, path: string): void {
  try {
    parser.write(text)
  } catch (cause) {
    throw new DataError('data/file', `"${path}" is not JSON: ${(cause as Error).message}`, {
      hint: 'is it complete, and is it JSON? nothing was sent',
      details: { path },
      cause,
    })
  }
}

function check(
  path: string,
  record: unknown,
  line: number,
  envelope: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): FileRecord {
  if (record === null || typeof record !== 'object' || Array.isArray(record)) {
    throw new DataError('data/file', `record ${line} of "${path}" is not an object`, {
      hint: 'the file must hold a list of objects',
      details: { path, line },
    })
  }
  const fields = { ...envelope, ...record } as Record<string, unknown>
  if (line === 1) checkColumns(path, Object.keys(fields), options)
  return { line, fields }
}

function cutOff(path: string, records: number): DataError {
  return new DataError('data/file', `"${path}" ends in the middle, after ${records} records`, {
    hint: 'the file is cut off: copy it again; nothing was sent',
    details: { path, records },
  })
}
