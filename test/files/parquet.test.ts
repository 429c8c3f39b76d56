import { fromParquet, readRecords, toParquet, writeParquet, type ParquetRow } from 'd2flow/files'
import { collect } from 'd2flow'
import { execFileSync } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../patterns/folder.ts'

const ROWS: readonly ParquetRow[] = [
  {
    id: 1,
    name: 'Bo, "north"',
    share: 0.1,
    open: true,
    at: new Date('2026-01-31T23:59:59.123Z'),
    tags: ['a', { b: 2 }],
  },
  { id: Number.MAX_SAFE_INTEGER, name: null, share: -3, open: false, at: null, tags: null },
  { id: null, name: '', share: null, open: null, at: new Date('1899-12-31T00:00:00Z'), tags: [] },
]

describe('Parquet', () => {
  it('gives back numbers, texts, truth, moments, nested values and nulls as they were', async () => {
    const path = await writeParquet(join(await ownFolder(), 'deep', 'a.parquet'), ROWS)

    const records = await collect(readRecords(path))

    expect(records.map(({ fields }) => fields)).toEqual(ROWS)
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3])
  })

  it('reads more rows than it holds at once', async () => {
    const rows = Array.from({ length: 25_001 }, (_, id) => ({ id, value: id / 7 }))
    const path = await writeParquet(join(await ownFolder(), 'a.parquet'), rows)

    const records = await collect(readRecords(path))

    expect(records).toHaveLength(25_001)
    expect(records.at(-1)).toEqual({ line: 25_001, fields: { id: 25_000, value: 25_000 / 7 } })
  })

  it('keeps the columns that are named, also of no rows', async () => {
    const bytes = await toParquet([], { columns: { id: 'integer', name: 'text' } })

    expect(await fromParquet(bytes)).toEqual([])
    await expect(toParquet([])).rejects.toMatchObject({ code: 'data/file', hint: expect.any(String) })
  })

  it('gives whole numbers beyond 2^53 as text, for a number would lose digits', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const buffer = parquetWriteBuffer({ columnData: [{ name: 'id', data: [2n ** 60n, 7n], type: 'INT64' }] })

    expect(await fromParquet(new Uint8Array(buffer))).toEqual([{ id: '1152921504606846976' }, { id: 7 }])
  })

  it('refuses a column of two kinds, and a value that is none, by row and column', async () => {
    await expect(toParquet([{ a: 1 }, { a: 'x' }])).rejects.toMatchObject({
      code: 'data/value',
      message: expect.stringContaining('"a" holds integer and text'),
    })
    await expect(toParquet([{ a: 1 }, { a: NaN }])).rejects.toMatchObject({
      code: 'data/value',
      message: expect.stringContaining('row 2 has NaN in the column "a"'),
    })
    await expect(toParquet([{ a: 0.5 }], { columns: { a: 'integer' } })).rejects.toThrow('which is integer')
  })

  it('refuses what is not Parquet, or is cut off', async () => {
    const folder = await ownFolder()
    await writeFile(join(folder, 'a.parquet'), 'id,name\n1,a\n')
    const cut = await writeParquet(join(folder, 'b.parquet'), ROWS)
    await truncate(cut, 200)

    for (const name of ['a.parquet', 'b.parquet']) {
      await expect(collect(readRecords(join(folder, name)))).rejects.toMatchObject({
        code: 'data/file',
        message: expect.stringContaining('cannot be read as Parquet'),
      })
    }
  })

  it('names a column that is missing', async () => {
    const path = await writeParquet(join(await ownFolder(), 'a.parquet'), [{ id: 1 }])

    await expect(collect(readRecords(path, { required: ['value'] }))).rejects.toThrow('lacks "value"; it has "id"')
  })

  it.runIf(hasPyArrow())('is read by pyarrow with the types it was written with', async () => {
    const path = await writeParquet(join(await ownFolder(), 'a.parquet'), ROWS)

    const types = execFileSync('python3', [
      '-c',
      'import sys, pyarrow.parquet as p; t = p.read_table(sys.argv[1]); print([str(f.type) for f in t.schema], t.column("id").to_pylist())',
      path,
    ]).toString()

    expect(types).toContain("'int64'")
    expect(types).toContain('[1, 9007199254740991, None]')
  })
})

function hasPyArrow(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pyarrow'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
