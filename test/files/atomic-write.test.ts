import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeAtomically } from '../../src/files/atomic-write.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'd2flow-atomic-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('writing a file atomically', () => {
  it('F163 makes the folder that is missing and gives the path', async () => {
    const path = join(folder, 'a', 'b', 'report.html')

    expect(await writeAtomically(path, 'whole')).toBe(path)
    expect(await readFile(path, 'utf8')).toBe('whole')
  })

  it('leaves the old file as it was when writing breaks off, and nothing else behind', async () => {
    const path = join(folder, 'report.html')
    await writeFile(path, 'old')
    async function* broken() {
      yield 'half'
      throw new Error('the source broke off')
    }

    await expect(writeAtomically(path, broken())).rejects.toThrow('the source broke off')

    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['report.html'])
  })

  it('says that a folder stands where the file should be', async () => {
    await mkdir(join(folder, 'report.html'))

    await expect(writeAtomically(join(folder, 'report.html'), 'x')).rejects.toMatchObject({ code: 'data/file' })
  })

  // a real full disk: a memory file system of 64 kB, where mounting is allowed (as root on Linux, as in continuous integration)
  it.runIf(canMount())('says that the disk is full and leaves nothing half-written', async () => {
    const disk = join(folder, 'disk')
    await mkdir(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
    try {
      await expect(writeAtomically(join(disk, 'report.html'), 'x'.repeat(1_000_000))).rejects.toMatchObject({
        code: 'data/file',
        message: expect.stringContaining('the disk is full'),
        hint: expect.stringContaining('another disk'),
      })
      expect(await readdir(disk)).toEqual([])
    } finally {
      execFileSync('umount', [disk])
    }
  })
})

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
}
