import { processNewFiles, readManifest } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from './folder.ts'

const FOUR = ['a.csv', 'b.csv', 'c.csv', 'd.csv']

async function given() {
  const manifestPath = join(await ownFolder(), 'manifest.json')
  const clock = createFakeClock()
  const run = (names: readonly string[], work: (name: string) => number = () => 3) =>
    processNewFiles(names, work, { manifestPath, clock })
  return { manifestPath, run }
}

describe('the manifest of processed files', () => {
  it('F181 lists each file with its time, and the total', async () => {
    const { manifestPath, run } = await given()

    await run(['a.csv', 'b.csv'])

    expect(await readManifest(manifestPath)).toEqual({
      lastUpdated: '2026-01-01T00:00:00.000Z',
      processedFiles: { 'a.csv': '2026-01-01T00:00:00.000Z', 'b.csv': '2026-01-01T00:00:00.000Z' },
      totalProcessed: 2,
    })
  })

  it('F182 processes only what is not in it', async () => {
    const { run } = await given()
    await run(FOUR)

    const second = await run([...FOUR, 'e.csv'])

    expect(second.processed.map(({ name }) => name)).toEqual(['e.csv'])
  })

  it('F183 processes nothing the second time', async () => {
    const { run } = await given()
    const rowsOf = ({ processed }: Awaited<ReturnType<typeof run>>) =>
      processed.reduce((sum, { result }) => sum + result, 0)

    const first = await run(FOUR)
    const second = await run(FOUR)

    expect([first.processed.length, first.skipped.length, rowsOf(first)]).toEqual([4, 0, 12])
    expect([second.processed.length, second.skipped.length, rowsOf(second)]).toEqual([0, 4, 0])
  })

  it('F184 leaves out a file that failed, goes on with the others, and tries it again next time', async () => {
    const { manifestPath, run } = await given()
    const work = (name: string) => {
      if (name === 'b.csv') throw new Error('line 7 is cut off')
      return 3
    }

    const first = await run(FOUR, work)
    const second = await run(FOUR)

    expect(first.failed).toEqual([
      { name: 'b.csv', failure: expect.objectContaining({ message: 'line 7 is cut off' }) },
    ])
    expect(Object.keys((await readManifest(manifestPath)).processedFiles)).toHaveLength(4)
    expect(second.processed.map(({ name }) => name)).toEqual(['b.csv'])
  })

  it('R39 F184 stays readable, and processes nothing twice, whenever the process is killed', async () => {
    const folder = await ownFolder()
    const manifestPath = join(folder, 'manifest.json')
    const child = fork(join(import.meta.dirname, 'manifest-child.ts'), [manifestPath], {
      execArgv: ['--conditions=source'],
    })
    // killed while it writes the manifest over and over, as soon as a good many were written
    await new Promise<void>((resolve) => child.on('message', (done) => Number(done) >= 50 && resolve()))
    child.kill('SIGKILL')
    await once(child, 'exit')

    const { processedFiles, totalProcessed } = await readManifest(manifestPath)

    expect(totalProcessed).toBeGreaterThanOrEqual(49)
    expect(Object.keys(processedFiles)).toHaveLength(totalProcessed)
    // what it was writing has another name and is nobody's manifest
    expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual(['manifest.json'])
  })

  it('reports a manifest that is damaged, and processes nothing', async () => {
    const { manifestPath, run } = await given()
    await writeFile(manifestPath, '{"processedFiles":')
    let worked = 0

    await expect(run(FOUR, () => (worked += 1))).rejects.toMatchObject({ code: 'data/file' })
    expect(worked).toBe(0)
  })
})
