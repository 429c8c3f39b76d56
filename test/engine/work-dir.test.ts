import { flow, task } from 'd2flow'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../src/store/memory.ts'
import { ownFolder } from '../patterns/folder.ts'

describe('the folder of a run', () => {
  const write = task({
    name: 'write',
    run: async (text: string, ctx) => {
      await writeFile(join(ctx.workDir, 'part.txt'), text)
      return ctx.workDir
    },
  })
  const writing = flow({
    name: 'writing',
    async run({ text }: { text: string }, ctx) {
      const folder = await write(text)
      return { folder, found: await readFile(join(ctx.workDir, 'part.txt'), 'utf8') }
    },
  })

  it('F161 is another one for each of two runs at the same time, and shared by flow and tasks', async () => {
    const [one, two] = await Promise.all([runFlow(writing, { text: 'one' }), runFlow(writing, { text: 'two' })])

    expect([one.result?.found, two.result?.found]).toEqual(['one', 'two'])
    expect(one.result?.folder).not.toBe(two.result?.folder)
    expect(one.result?.folder.startsWith(process.cwd())).toBe(false)
  })

  it('F161 is removed when the run has completed', async () => {
    const { result } = await runFlow(writing, { text: 'x' })

    expect(existsSync(result?.folder ?? '')).toBe(false)
  })

  it('F161 stays when the flow keeps it', async () => {
    const parent = await ownFolder()
    const keeping = flow({
      name: 'keeping',
      keepWorkDir: true,
      run: async (_: unknown, ctx) => await writeFile(join(ctx.workDir, 'report.csv'), 'a\n'),
    })

    const { run } = await runFlow(keeping, {}, { host: { workDir: ({ id }) => join(parent, id) } })

    expect(await readdir(join(parent, run.id))).toEqual(['report.csv'])
  })

  it('F161 stays when the run failed, so that it can be looked into and resumed, unless there is no store', async () => {
    const folders: string[] = []
    const failing = flow({
      name: 'failing',
      async run(_: unknown, ctx) {
        folders.push(ctx.workDir)
        throw new Error('no')
      },
    })
    const parent = await ownFolder()

    await runFlow(failing, {}, { host: { workDir: ({ id }) => join(parent, id) } })
    await runFlow(failing, {}, { store: null })

    expect(folders.map((folder) => existsSync(folder))).toEqual([true, false])
  })

  it('F161 is removed by the attempt that completes, also when that one did not ask for it', async () => {
    const parent = await ownFolder()
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    let broken = true
    const resumed = flow({
      name: 'resumed',
      retry: { attempts: 2 },
      async run() {
        await write('x')
        if (broken) {
          broken = false
          throw new Error('once')
        }
        return 'done'
      },
    })

    const { state } = await runFlow(resumed, {}, { clock, store, host: { workDir: ({ id }) => join(parent, id) } })

    expect(state.type).toBe('completed')
    expect(await readdir(parent)).toEqual([])
  })
})
