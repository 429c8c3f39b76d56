import { consumePackages, dropPackage, type PackageMetadata } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from './folder.ts'

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))

async function given() {
  const folder = await ownFolder()
  const clock = createFakeClock()
  let drops = 0
  return {
    folder,
    clock,
    drop: (producerId: string, count: number, key = `drop ${(drops += 1)}`) =>
      dropPackage(folder, rows(count), { producerId, key, clock }),
    consume: (work: (records: readonly unknown[], metadata: PackageMetadata) => number = (records) => records.length) =>
      consumePackages(folder, work, { consumerId: 'reader', clock }),
  }
}

const visible = async (folder: string) => (await readdir(folder)).filter((name) => !name.startsWith('.'))

describe('dropping packages', () => {
  it('F173 makes one data and one metadata file', async () => {
    const { folder, drop } = await given()

    const metadata = await drop('alpha', 8)

    expect(await visible(folder)).toEqual([metadata.dataFile, metadata.metaFile])
    expect(metadata).toMatchObject({ producerId: 'alpha', recordCount: 8, producedAt: '2026-01-01T00:00:00.000Z' })
    expect(metadata.dataFile).toMatch(/^alpha_20260101T000000000Z_[0-9a-f]{16}\.json$/)
    expect(JSON.parse(await readFile(join(folder, metadata.metaFile), 'utf8'))).toEqual(metadata)
    expect(JSON.parse(await readFile(join(folder, metadata.dataFile), 'utf8'))).toEqual(rows(8))
  })

  it('R39 F176 makes two packages of two drops in the same millisecond', async () => {
    const { drop, consume } = await given()

    await Promise.all([drop('alpha', 1), drop('alpha', 2)])

    expect((await consume()).consumed.map(({ result }) => result).toSorted((a, b) => a - b)).toEqual([1, 2])
  })

  it('drops once when it is asked again with the same key', async () => {
    const { folder, clock, drop } = await given()
    const first = await drop('alpha', 8, 'run 1')
    clock.advance(1_000)

    expect(await drop('alpha', 8, 'run 1')).toEqual(first)
    expect(await visible(folder)).toHaveLength(2)
  })

  it('refuses a producer whose id leads out of the folder', async () => {
    const { drop } = await given()

    await expect(drop('../alpha', 1)).rejects.toMatchObject({ code: 'config/params', hint: expect.any(String) })
  })
})

describe('consuming packages', () => {
  it('F174 finds packages by their metadata: data without it is ignored', async () => {
    const { folder, drop, consume } = await given()
    await writeFile(join(folder, 'gamma_20260101T000000000Z_0.json'), JSON.stringify(rows(100)))
    await drop('alpha', 8)
    await drop('beta', 12)

    const { consumed } = await consume()

    expect(consumed.map(({ metadata }) => metadata.producerId).toSorted()).toEqual(['alpha', 'beta'])
    expect(consumed.reduce((sum, { result }) => sum + result, 0)).toBe(20)
  })

  it('F175 finds nothing in an empty folder, or one that is not there', async () => {
    const { folder, consume } = await given()

    expect(await consume()).toEqual({ consumed: [], damaged: [] })
    await rm(folder, { recursive: true })
    expect(await consume()).toEqual({ consumed: [], damaged: [] })
  })

  it('R39 F174 takes each package once, oldest first, and says how long it lay there', async () => {
    const { clock, drop, consume } = await given()
    await drop('beta', 2)
    clock.advance(1_500)
    await drop('alpha', 1)

    const first = await consume()
    const second = await consume()

    expect(first.consumed.map(({ metadata, latencyMs }) => [metadata.producerId, latencyMs])).toEqual([
      ['beta', 1_500],
      ['alpha', 0],
    ])
    expect(second.consumed).toEqual([])
  })

  it('keeps a package for next time when the work on it fails', async () => {
    const { drop, consume } = await given()
    await drop('alpha', 8)

    await expect(
      consume(() => {
        throw new Error('the database is away')
      }),
    ).rejects.toThrow('the database is away')

    expect((await consume()).consumed).toHaveLength(1)
  })

  it.each([
    ['cut off', (text: string) => text.slice(0, -4)],
    ['of another count', () => '[{"id":0}]'],
    ['of other values', (text: string) => text.replace('{"id":7}', '{"id":9}')],
  ])('names a package whose data are %s, and takes the others', async (_, damage) => {
    const { folder, drop, consume } = await given()
    const bad = await drop('alpha', 8)
    await drop('beta', 12)
    const path = join(folder, bad.dataFile)
    await writeFile(path, damage(await readFile(path, 'utf8')))

    const { consumed, damaged } = await consume()

    expect(consumed.map(({ metadata }) => metadata.producerId)).toEqual(['beta'])
    expect(damaged).toEqual([
      { metaFile: bad.metaFile, error: expect.objectContaining({ code: 'data/file', hint: expect.any(String) }) },
    ])
  })

  it('F176 sees nothing of a package whose producer was killed between data and metadata', async () => {
    const { folder, consume, drop } = await given()
    const child = fork(join(import.meta.dirname, 'drop-box-child.ts'), [folder], { execArgv: ['--conditions=source'] })
    await once(child, 'exit')
    expect((await visible(folder)).map((name) => name.replace(/_.*?\./, '.'))).toEqual(['alpha.json'])

    const before = await consume()
    await drop('alpha', 8, 'the same drop')
    const after = await consume()

    expect(before.consumed).toEqual([])
    expect(after.consumed.map(({ result }) => result)).toEqual([8])
  })
})
