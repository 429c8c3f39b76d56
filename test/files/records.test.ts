import fc from 'fast-check'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collect } from '../../src/base/collect.ts'
import { writeCsv } from '../../src/files/csv.ts'
import { writeJsonFile } from '../../src/files/json-file.ts'
import { writeNdjson } from '../../src/files/ndjson.ts'
import { writeParquet } from '../../src/files/parquet.ts'
import type { ReadOptions } from '../../src/files/file-record.ts'
import { readRecords } from '../../src/files/records.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'd2flow-files-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function read(name: string, content: string | Uint8Array, options?: ReadOptions) {
  const path = join(folder, name)
  await writeFile(path, content)
  return await collect(readRecords(path, options))
}

describe('CSV', () => {
  it('F159 reads quoted commas, doubled quotes, line breaks in quotes, CRLF and a byte order mark', async () => {
    const records = await read('a.csv', '\uFEFFid,text\r\n1,"a, b"\r\n2,"say ""hi"""\r\n3,"two\nlines"\r\n')

    expect(records).toEqual([
      { line: 2, fields: { id: '1', text: 'a, b' } },
      { line: 3, fields: { id: '2', text: 'say "hi"' } },
      { line: 5, fields: { id: '3', text: 'two\nlines' } },
    ])
  })

  it('keeps leading zeros and blanks, because every value is text', async () => {
    const [record] = await read('a.csv', 'value\n 017 \n')

    expect(record?.fields).toEqual({ value: ' 017 ' })
  })

  it('names the columns that are missing and those that were found', async () => {
    await expect(read('a.csv', 'de;pe;value\n1;2;3\n', { required: ['dataElement', 'value'] })).rejects.toMatchObject({
      code: 'data/file',
      message: expect.stringContaining('lacks "dataElement", "value"; it has "de;pe;value"'),
      hint: expect.stringContaining('dataElement, value'),
    })
  })

  it('reads known columns whatever their case, as DHIS2 exports them', async () => {
    const [record] = await read('a.csv', 'dataelement,OrgUnit\nde,ou\n', {
      required: ['dataElement'],
      optional: ['orgUnit'],
    })

    expect(record?.fields).toEqual({ dataElement: 'de', orgUnit: 'ou' })
  })

  it('writes records from a generator without holding them', async () => {
    function* many() {
      for (let n = 0; n < 2_500; n += 1) yield { n, skipped: true }
    }
    const path = await writeCsv(join(folder, 'many.csv'), many(), { columns: ['n'] })

    const records = await collect(readRecords(path))

    expect(records).toHaveLength(2_500)
    expect(records.at(-1)?.fields).toEqual({ n: '2499' })
  })

  it('refuses a column that is named twice', async () => {
    await expect(read('a.csv', 'id,id\n1,2\n')).rejects.toThrow('names "id" twice')
  })

  it('refuses an empty file when columns are needed, and else reads nothing', async () => {
    await expect(read('a.csv', '', { required: ['value'] })).rejects.toThrow('it has no columns')
    expect(await read('a.csv', '')).toEqual([])
  })

  it('names the line that is cut off', async () => {
    await expect(read('a.csv', 'a,b,c\n1,2,3\n4,5\n')).rejects.toMatchObject({
      code: 'data/file',
      message: expect.stringContaining('line 3'),
      hint: expect.stringContaining('cut off'),
    })
  })

  it('refuses a quote that is never closed', async () => {
    await expect(read('a.csv', 'a,b\n1,"open\n')).rejects.toMatchObject({ code: 'data/file' })
  })

  it('refuses Windows-1252 and names the line', async () => {
    const latin = Buffer.from('name,value\nplain,1\nS\xE3o Tom\xE9,2\n', 'latin1')

    await expect(read('a.csv', latin)).rejects.toMatchObject({
      code: 'data/file',
      message: expect.stringContaining('near line 3'),
      hint: expect.stringContaining('CSV UTF-8'),
    })
  })

  it('refuses UTF-16', async () => {
    await expect(read('a.csv', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'))).rejects.toThrow('it is UTF-16')
  })

  it('keeps a letter that lies across two chunks', async () => {
    const filler = 'x'.repeat(256 * 1024 - 'value\n'.length - 1)

    const [record] = await read('a.csv', `value\n${filler}é\n`)

    expect(String(record?.fields['value']).endsWith('xé')).toBe(true)
  })

  it('gives nothing for a header alone', async () => {
    expect(await read('a.csv', 'a,b\n')).toEqual([])
  })

  it('R41 F160 writes what it reads again, with the columns of all records', async () => {
    const path = await writeCsv(join(folder, 'deep', 'b.csv'), [{ a: 'x, "y"', b: 1 }, { c: { nested: true } }])

    const records = await collect(readRecords(path))

    expect(records.map(({ fields }) => fields)).toEqual([
      { a: 'x, "y"', b: '1', c: '' },
      { a: '', b: '', c: '{"nested":true}' },
    ])
  })

  it('F160 writes a file without records as one that has none', async () => {
    const path = await writeCsv(join(folder, 'none.csv'), [])
    const withHeader = await writeCsv(join(folder, 'header.csv'), [], { columns: ['a', 'b'] })

    expect(await collect(readRecords(path))).toEqual([])
    expect(await collect(readRecords(withHeader, { required: ['a', 'b'] }))).toEqual([])
  })

  it('F160 gives back every text that was written, whatever is in it', async () => {
    const path = join(folder, 'any.csv')
    const Texts = fc.array(fc.record({ a: fc.string({ unit: 'grapheme' }), b: fc.string() }), { minLength: 1 })

    await fc.assert(
      fc.asyncProperty(Texts, async (records) => {
        // zero bytes are refused on reading, and lone blank lines are no records
        const written = records.map(({ a, b }) => ({ a: `${a.replaceAll('\0', '')}.`, b: b.replaceAll('\0', '') }))
        await writeCsv(path, written, { escapeFormulas: false })
        const read = await collect(readRecords(path))
        expect(read.map(({ fields }) => fields)).toEqual(written)
      }),
      { numRuns: 50 },
    )
  })

  it('writes no formula that a spreadsheet would run, and leaves numbers with a sign alone', async () => {
    const texts = ['=cmd()', '@x', '-2+3', '+cmd', '\tx', '-5', '+1.5e3', '-.5', 'plain']
    const path = await writeCsv(join(folder, 'b.csv'), [...texts.map((name) => ({ name })), { name: -5 }])

    const records = await collect(readRecords(path))

    expect(records.map(({ fields }) => fields['name'])).toEqual([
      "'=cmd()",
      "'@x",
      "'-2+3",
      "'+cmd",
      "'\tx",
      '-5',
      '+1.5e3',
      '-.5',
      'plain',
      '-5',
    ])
  })
})

describe('JSON', () => {
  it('reads a bare list', async () => {
    expect(await read('a.json', '[{"a":1},{"a":null}]')).toEqual([
      { line: 1, fields: { a: 1 } },
      { line: 2, fields: { a: null } },
    ])
  })

  it('lays the envelope under each record of a data value set', async () => {
    const text = '{"period":"202501","dataValues":[{"value":"1"},{"value":"2","period":"202502"}]}'

    const records = await read('a.json', text, { member: 'dataValues' })

    expect(records.map(({ fields }) => fields)).toEqual([
      { period: '202501', value: '1' },
      { period: '202502', value: '2' },
    ])
  })

  it('refuses a file that ends in the middle', async () => {
    await expect(read('a.json', '[{"a":1},{"a":')).rejects.toThrow('ends in the middle, after 1 records')
  })

  it('refuses what is not JSON', async () => {
    await expect(read('a.json', '<html>')).rejects.toThrow('is not JSON')
  })

  it('refuses a list of texts', async () => {
    await expect(read('a.json', '["a"]')).rejects.toThrow('record 1')
  })
})

describe('NDJSON', () => {
  it('reads an object a line, with the line it stands on', async () => {
    expect(await read('a.ndjson', '\uFEFF{"a":1}\r\n\n{"a":{"b":[2]}}')).toEqual([
      { line: 1, fields: { a: 1 } },
      { line: 3, fields: { a: { b: [2] } } },
    ])
  })

  it('names the line that is cut off, or no object', async () => {
    await expect(read('a.jsonl', '{"a":1}\n{"a":')).rejects.toMatchObject({
      code: 'data/file',
      message: expect.stringContaining('line 2'),
      hint: expect.stringContaining('cut off'),
    })
    await expect(read('a.ndjson', '[1]')).rejects.toThrow('line 1')
  })

  it('writes what it reads again, longer than any chunk', async () => {
    const records = Array.from({ length: 3_000 }, (_, id) => ({ id, text: 'é\n'.repeat(100) }))
    const path = await writeNdjson(join(folder, 'long.ndjson'), records)

    expect((await collect(readRecords(path))).map(({ fields }) => fields)).toEqual(records)
  })
})

describe('every kind of file', () => {
  it('F162 gives records of one shape from CSV, JSON, NDJSON and Parquet', async () => {
    const records = [
      { id: 'a', name: 'one' },
      { id: 'b', name: 'two, three' },
    ]
    const paths = [
      await writeCsv(join(folder, 'x.csv'), records),
      await writeJsonFile(join(folder, 'x.json'), records),
      await writeNdjson(join(folder, 'x.ndjson'), records),
      await writeParquet(join(folder, 'x.parquet'), records),
    ]

    for (const path of paths) expect((await collect(readRecords(path))).map(({ fields }) => fields)).toEqual(records)
  })

  it('F163 joins folder and file name with or without a slash between, and makes the folders that are missing', async () => {
    const path = await writeCsv(join(`${folder}/deep/deeper/`, 'a.csv'), [{ a: 1 }])

    expect(path).toBe(join(folder, 'deep', 'deeper', 'a.csv'))
    expect(await collect(readRecords(path))).toHaveLength(1)
  })

  it('F162 dispatches on the suffix, whatever its case', async () => {
    expect(await read('A.CSV', 'a\n1\n')).toEqual([{ line: 2, fields: { a: '1' } }])
  })

  it('F162 refuses a suffix it does not know and names those it does', async () => {
    await expect(read('a.xml', '<a/>')).rejects.toMatchObject({
      message: expect.stringContaining('unsupported suffix ".xml"'),
      hint: expect.stringContaining('.csv, .json'),
    })
  })

  it('says that a file is not there', async () => {
    await expect(collect(readRecords(join(folder, 'none.csv')))).rejects.toThrow('is not there')
  })

  it('refuses a file of 1 GB before reading it', async () => {
    const path = join(folder, 'big.csv')
    await writeFile(path, 'a\n')
    await truncate(path, 1024 ** 3)

    await expect(collect(readRecords(path))).rejects.toMatchObject({
      message: expect.stringContaining('1024 MB, more than the 256 MB'),
      hint: expect.stringContaining('split it'),
    })
  })
})
