import { flow, task } from 'd2flow'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readSettings } from '../../src/base/settings.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { runFlowByName } from '../../src/project/run-flow-by-name.ts'
import { d2flow } from '../cli/command.ts'

let cwd: string
let project: Project

const load = task({ name: 'load', run: ({ size }: { size: number }) => size })

/** The run parameter wins over the variable, which wins over the default in the code. */
const batches = flow({
  name: 'batches',
  params: z.object({ batchSize: z.int().optional() }),
  async run({ batchSize }, ctx) {
    const stored = await ctx.variable('batch_size', { orElse: 10 })
    return await load({ size: batchSize ?? Number(stored) })
  },
})

const reading = flow({
  name: 'reading',
  async run(_: Record<string, never>, ctx) {
    return [await ctx.variable('nope', { orElse: '{}' }), await ctx.variable('nope'), await ctx.variable('config')]
  },
})

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-variables-'))
  project = await openProject({ folder: cwd, definition: { flows: [batches, reading] }, settings: readSettings({}) })
})

afterEach(async () => {
  await project.close()
  rmSync(cwd, { recursive: true, force: true })
})

const result = async (name: string, params: Record<string, unknown> = {}) =>
  (await runFlowByName(project, name, params)).result

describe('variables', () => {
  it('F032 are set by one process and read by another, both ways', async () => {
    await project.variables.set('region', { name: 'Bo', level: 2 })
    const read = await d2flow(['variable', 'get', 'region', '--json'], { cwd })
    const written = await d2flow(['variable', 'set', 'region', '{"name":"Kenema","level":2}', '--overwrite'], { cwd })

    expect(JSON.parse(read.stdout)).toEqual({ variable: 'region', value: { name: 'Bo', level: 2 } })
    expect(written.exitCode).toBe(0)
    expect(await project.variables.get('region')).toEqual({ name: 'Kenema', level: 2 })
  })

  it('F033 give the default when they are absent, and null without one', async () => {
    expect(await result('reading')).toEqual(['{}', null, null])
  })

  it('F034 may hold JSON text that the flow parses', async () => {
    await project.variables.set('config', '{"batch_size": 100}')

    const [, , config] = (await result('reading')) as [unknown, unknown, string]
    expect(JSON.parse(config)).toEqual({ batch_size: 100 })
  })

  it('F035 are not overwritten by mistake, and the old value stays', async () => {
    await project.variables.set('batch_size', 100)

    await expect(project.variables.set('batch_size', 25)).rejects.toMatchObject({ code: 'store/stale' })
    expect(await project.variables.get('batch_size')).toBe(100)
    await project.variables.set('batch_size', 25, { overwrite: true })
    expect(await project.variables.get('batch_size')).toBe(25)
  })

  it('F035 can be unset, and unsetting what is not there is told', async () => {
    await project.variables.set('batch_size', 100)
    await project.variables.unset('batch_size')

    await expect(project.variables.unset('batch_size')).rejects.toMatchObject({ code: 'config/params' })
  })

  it.each(['', 'Batch', 'batch size', 'größe', 'a/b', 'x'.repeat(256)])('F035 are not called "%s"', async (name) => {
    await expect(project.variables.set(name, 1)).rejects.toMatchObject({ code: 'config/params' })
  })

  it.each(['batch_size', 'batch-size-2', 'x'.repeat(255)])('F035 may be called "%s"', async (name) => {
    await project.variables.set(name, 1)

    expect(await project.variables.get(name)).toBe(1)
  })

  it('F035 hold 5,000 characters of JSON, and no more', async () => {
    await project.variables.set('full', 'x'.repeat(4_998))

    await expect(project.variables.set('over', 'x'.repeat(4_999))).rejects.toMatchObject({ code: 'config/params' })
  })

  it('F036 stand between the parameter of the run and the default of the code', async () => {
    const without = await result('batches')
    await project.variables.set('batch_size', 100)

    expect(without).toBe(10)
    expect(await result('batches')).toBe(100)
    expect(await result('batches', { batchSize: 25 })).toBe(25)
  })

  it('find out what a mistyped name may have meant', async () => {
    await project.variables.set('batch_size', 100)

    await expect(project.variables.get('batch-size')).rejects.toMatchObject({ hint: 'did you mean "batch_size"?' })
  })
})
