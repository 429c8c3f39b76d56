import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepResult, loadResult } from 'd2flow/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256Hex } from '../../src/base/hash.ts'
import { Secret } from '../../src/base/secret.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-results-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const RUN = '01900000-0000-7000-8000-000000000000'
/** Text whose JSON, quotes included, has exactly so many bytes. */
const ofBytes = (bytes: number) => 'x'.repeat(bytes - 2)

describe('a result', () => {
  it('stays in the row up to 64 KiB, with the hash of its canonical text', async () => {
    const kept = await keepResult({ folder }, RUN, { b: 1, a: [null, 'ä'] })

    expect(kept).toEqual({
      kind: 'value',
      value: { a: [null, 'ä'], b: 1 },
      sha256: sha256Hex('{"a":[null,"ä"],"b":1}'),
    })
    expect((await keepResult({ folder }, RUN, ofBytes(65_536))).kind).toBe('value')
    expect(await loadResult({ folder }, kept)).toEqual({ a: [null, 'ä'], b: 1 })
    expect(readdirSync(folder)).toEqual([])
  })

  it('goes to a file beside the store above that, whole and for its owner only', async () => {
    const value = ofBytes(65_537)

    const kept = await keepResult({ folder }, RUN, value)

    expect(kept).toEqual({
      kind: 'file',
      path: `${RUN}/${sha256Hex(JSON.stringify(value))}.json`,
      bytes: 65_537,
      sha256: sha256Hex(JSON.stringify(value)),
    })
    expect(readdirSync(join(folder, RUN))).toHaveLength(1)
    expect(statSync(join(folder, RUN)).mode & 0o077).toBe(0)
    expect(await loadResult({ folder }, kept)).toBe(value)
  })

  it('counts bytes, not characters', async () => {
    expect((await keepResult({ folder }, RUN, '€'.repeat(30_000))).kind).toBe('file')
  })

  it('stays in the row, whatever its size, where a store has no folder', async () => {
    const value = ofBytes(100_000)

    const kept = await keepResult({ folder: null }, RUN, value)

    expect(kept).toMatchObject({ kind: 'value', value })
    expect(await loadResult({ folder: null }, kept)).toBe(value)
  })

  it('may be kept twice', async () => {
    const value = ofBytes(70_000)

    expect(await keepResult({ folder }, RUN, value)).toEqual(await keepResult({ folder }, RUN, value))
    expect(readdirSync(join(folder, RUN))).toHaveLength(1)
  })

  it('never holds a secret', async () => {
    const kept = await keepResult({ folder }, RUN, { token: new Secret('d2pat_geheim') })

    expect(kept).toMatchObject({ value: { token: '***' } })
  })

  it('is refused by path when JSON cannot hold it', async () => {
    await expect(keepResult({ folder }, RUN, { rows: [{ gdp: Number.NaN }] })).rejects.toMatchObject({
      code: 'data/json',
      message: expect.stringContaining('$.rows[0].gdp'),
    })
  })

  it('is missed with a clear word when its file is gone', async () => {
    const kept = await keepResult({ folder }, RUN, ofBytes(70_000))
    rmSync(join(folder, RUN), { recursive: true })

    await expect(loadResult({ folder }, kept)).rejects.toMatchObject({
      code: 'store/not-found',
      hint: expect.stringContaining('run the flow again'),
    })
  })

  it('is not taken for what was kept when its file was changed', async () => {
    const kept = await keepResult({ folder }, RUN, ofBytes(70_000))
    const path = join(folder, kept.kind === 'file' ? kept.path : '')
    writeFileSync(path, readFileSync(path, 'utf8').replace('x', 'y'))

    await expect(loadResult({ folder }, kept)).rejects.toMatchObject({
      code: 'store/damaged',
      hint: expect.stringContaining('restore'),
    })
  })

  it('leaves nothing half-written when it cannot be written', async () => {
    writeFileSync(join(folder, RUN), 'a file where the folder should be')

    await expect(keepResult({ folder }, RUN, ofBytes(70_000))).rejects.toMatchObject({
      code: 'store/unavailable',
      retryable: true,
    })
    expect(existsSync(join(folder, RUN, 'x'))).toBe(false)
    expect(readdirSync(folder)).toEqual([RUN])
  })
})
