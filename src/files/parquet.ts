/**
 * Parquet: columns with types, compressed, as DuckDB, pandas and most warehouses read them.
 *
 * The libraries are loaded when a file is read or written, not before.
 */
import type { AsyncBuffer } from 'hyparquet'
import type { BasicType } from 'hyparquet-writer'
import { open } from 'node:fs/promises'
import { DataError } from '../base/errors.ts'
import { writeAtomically } from './atomic-write.ts'
import { checkColumns } from './columns.ts'
import type { FileRecord, ReadOptions } from './file-record.ts'

/**
 * `integer` takes whole numbers up to 2^53, `moment` a Date (kept to the millisecond, in UTC), `json` any JSON value,
 * `wkb` a shape as bytes of well-known binary.
 */
export type ParquetType = 'text' | 'integer' | 'number' | 'boolean' | 'moment' | 'json' | 'wkb'

export type ParquetRow = Readonly<Record<string, unknown>>

export interface ParquetOptions {
  /**
   * Columns and their types, in order. Without them both are read off the rows: the members of all rows, and the type
   * that all values of a column share; a column of nulls is text.
   */
  readonly columns?: Readonly<Record<string, ParquetType>>
  /** Goes into the footer of the file: who made it, from what. */
  readonly metadata?: Readonly<Record<string, string>>
}

const BASIC_TYPES: Readonly<Record<ParquetType, BasicType>> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  moment: 'TIMESTAMP',
  json: 'JSON',
  wkb: 'BYTE_ARRAY',
}

/**
 * Rows as the bytes of a Parquet file (Snappy). A member that is missing, undefined or null is a null.
 *
 * @throws DataError `data/value` naming row and column for a value of another type than its column, `data/file` for no
 *   rows and no columns
 */
export async function toParquet(rows: readonly ParquetRow[], options: ParquetOptions = {}): Promise<Uint8Array> {
  const columns = Object.entries(options.columns ?? inferColumns(rows))
  if (columns.length === 0) {
    throw new DataError('data/file', 'a Parquet file needs a column, and there are no rows to read columns off', {
      hint: 'name the columns and their types',
    })
  }
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const buffer = parquetWriteBuffer({
    columnData: columns.map(([name, type]) => ({
      name,
      type: BASIC_TYPES[type],
      data: rows.map((row, index) => toStored(row[name], type, name, index)),
    })),
    kvMetadata: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
    createdBy: 'd2flow',
  })
  return new Uint8Array(buffer)
}

/** Writes a Parquet file, whole or not at all. Gives the path. @throws as `toParquet`, and when it cannot be written */
export async function writeParquet(
  path: string,
  rows: readonly ParquetRow[],
  options: ParquetOptions = {},
): Promise<string> {
  return await writeAtomically(path, await toParquet(rows, options))
}

/**
 * The rows of a Parquet file, a row group at a time; `line` is the number of the row, from 1. Moments come as Date, shapes as GeoJSON, whole
 * numbers as number (as text beyond 2^53, where a number would lose digits), nulls as null.
 *
 * @throws DataError `data/file` when it is not Parquet, is cut off, or lacks a column that is asked for
 */
export async function* readParquet(path: string, options: ReadOptions = {}): AsyncGenerator<FileRecord> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const buffer: AsyncBuffer = {
      byteLength: size,
      async slice(start, end = size) {
        const piece = new Uint8Array(end - start)
        await file.read(piece, 0, piece.length, start)
        return piece.buffer
      },
    }
    yield* rowsOf(buffer, path, options)
  } finally {
    await file.close()
  }
}

/** The rows of a Parquet file that is in memory. @throws DataError `data/file` when it is not Parquet, or is cut off */
export async function fromParquet(bytes: Uint8Array, name: string = 'the object'): Promise<Record<string, unknown>[]> {
  const buffer = bytes.slice().buffer
  const rows: Record<string, unknown>[] = []
  for await (const { fields } of rowsOf(buffer, name, {})) rows.push(fields)
  return rows
}

async function* rowsOf(file: AsyncBuffer, path: string, options: ReadOptions): AsyncGenerator<FileRecord> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet')
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw notParquet(path, cause)
  })
  const stored = parquetSchema(metadata).children.map(({ element }) => element.name)
  const names = checkColumns(path, stored, options)
  let rowStart = 0
  // group by group, for a part of a group costs as much as the whole
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows)
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd }).catch((cause: unknown) => {
      throw notParquet(path, cause)
    })
    for (const [index, row] of rows.entries()) {
      const fields: Record<string, unknown> = {}
      for (const [at, name] of stored.entries()) fields[names[at] ?? name] = fromStored(row[name])
      yield { line: rowStart + index + 1, fields }
    }
    rowStart = rowEnd
  }
}

/** In one pass over the rows, which may be many. */
function inferColumns(rows: readonly ParquetRow[]): Record<string, ParquetType> {
  const found = new Map<string, Set<ParquetType>>()
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      let types = found.get(name)
      if (types === undefined) found.set(name, (types = new Set()))
      const value = row[name]
      if (value !== null && value !== undefined) types.add(typeOf(value))
    }
  }
  return Object.fromEntries([...found].map(([name, types]) => [name, commonType(name, types)]))
}

function commonType(name: string, types: Set<ParquetType>): ParquetType {
  // whole numbers among others are numbers like them
  if (types.has('number')) types.delete('integer')
  const [first = 'text', ...others] = types
  if (others.length === 0) return first
  throw new DataError('data/value', `the column "${name}" holds ${[...types].join(' and ')}: it has no one type`, {
    hint: 'make its values of one kind, or name the type of the column',
    details: { column: name, types: [...types] },
  })
}

function typeOf(value: unknown): ParquetType {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string') return 'text'
  if (value instanceof Date) return 'moment'
  return value instanceof Uint8Array ? 'wkb' : 'json'
}

function toStored(value: unknown, type: ParquetType, column: string, row: number): unknown {
  if (value === null || value === undefined) return null
  const actual = typeOf(value)
  const fits = actual === type || type === 'json' || (type === 'number' && actual === 'integer')
  const isLost =
    (typeof value === 'number' && !Number.isFinite(value)) || (value instanceof Date && Number.isNaN(value.getTime()))
  if (!fits || isLost) {
    throw new DataError(
      'data/value',
      `row ${row + 1} has ${shown(value)} in the column "${column}", which is ${type}`,
      {
        hint: 'use null for what is missing',
        details: { row: row + 1, column, type },
      },
    )
  }
  return type === 'integer' ? BigInt(value as number) : value
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function fromStored(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

function notParquet(path: string, cause: unknown): DataError {
  return new DataError('data/file', `"${path}" cannot be read as Parquet: ${(cause as Error).message}`, {
    hint: 'is it complete, and is it Parquet? a codec other than Snappy is not read',
    details: { path },
    cause,
  })
}
