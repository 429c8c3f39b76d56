import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFolderAndParents } from '../../src/base/make-folder.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-folder-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

it('makes a folder and those above it, each for its owner alone', () => {
  makeFolderAndParents(join(folder, 'a/b/c'), { mode: 0o700 })

  expect(statSync(join(folder, 'a/b')).mode & 0o777).toBe(0o700)
  expect(existsSync(join(folder, 'a/b/c'))).toBe(true)
})

it('leaves a folder alone that is there', () => {
  makeFolderAndParents(join(folder, 'a'))

  expect(() => makeFolderAndParents(join(folder, 'a'))).not.toThrow()
})

it('says that a file is in the way', () => {
  writeFileSync(join(folder, 'file'), '')

  expect(() => makeFolderAndParents(join(folder, 'file'))).toThrow('EEXIST')
  expect(() => makeFolderAndParents(join(folder, 'file/a'))).toThrow('EEXIST')
})

it.skipIf(process.platform !== 'linux')('comes back from /proc, where nothing can be made', () => {
  expect(() => makeFolderAndParents('/proc/no-such-folder/a')).toThrow('ENOENT')
})
