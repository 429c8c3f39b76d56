import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '..', '..')
let folder: string

beforeAll(() => {
  // inside the checkout, so that our own name leads to our own sources
  folder = mkdtempSync(join(ROOT, '.cache-run-if-main-'))
  writeFileSync(
    join(folder, 'double.ts'),
    `import { flow, runIfMain } from 'd2flow'
export const double = flow({
  name: 'double',
  run({ n = 21 }: { n?: number }) {
    if (n < 0) throw new Error('too small')
    return n * 2
  },
})
runIfMain(import.meta, double)
`,
  )
})

afterAll(() => rmSync(folder, { recursive: true }))

const node = (...args: string[]) => run(process.execPath, ['--conditions=source', ...args], { cwd: folder })

describe('F135 a flow file run as a script', () => {
  it('performs one run and prints its result', async () => {
    expect((await node('double.ts')).stdout.trim()).toBe('42')
    expect((await node('double.ts', '{"n":4}')).stdout.trim()).toBe('8')
  })

  it('ends with another code than 0 when the run fails', async () => {
    await expect(node('double.ts', '{"n":-1}')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('too small'),
    })
  })

  it('runs nothing when it is imported', async () => {
    expect((await node('--input-type=module', '-e', "await import('./double.ts')")).stdout).toBe('')
  })
})
