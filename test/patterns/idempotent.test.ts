import { openOperations, operationId } from 'd2flow/patterns'
import fc from 'fast-check'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from './folder.ts'

describe('idempotent operations', () => {
  it('F185 executes once, and gives the stored result the second time', async () => {
    const operations = await openOperations(null)
    let executed = 0
    const double = () => {
      executed += 1
      return { value: 84 }
    }

    const first = await operations.perform('transform', { value: 42 }, double)
    const second = await operations.perform('transform', { value: 42 }, double)

    expect(executed).toBe(1)
    expect([first.executed, second.executed]).toEqual([true, false])
    expect(second.result).toEqual(first.result)
  })

  it('F185 makes an id that does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
        const reversed = Object.fromEntries(Object.entries(inputs).toReversed())
        return operationId('x', inputs) === operationId('x', reversed)
      }),
    )
    expect(operationId('x', { a: 1 })).not.toBe(operationId('x', { a: '1' }))
    expect(operationId('x', { a: 1 })).not.toBe(operationId('y', { a: 1 }))
  })

  it('F185 remembers across processes', async () => {
    const path = join(await ownFolder(), 'operations.json')
    await (await openOperations(path)).perform('sum', [1, 2], () => 3)

    const later = await (
      await openOperations(path)
    ).perform('sum', [1, 2], () => {
      throw new Error('it was done before')
    })

    expect(later).toMatchObject({ result: 3, executed: false })
  })

  it('shares one execution between two that ask at once, and keeps both files whole', async () => {
    const path = join(await ownFolder(), 'operations.json')
    const operations = await openOperations(path)
    let executed = 0
    const work = async () => (executed += 1)

    await Promise.all(['a', 'a', 'b', 'c'].map((name) => operations.perform(name, null, work)))

    expect(executed).toBe(3)
    const reopened = await openOperations(path)
    for (const name of ['a', 'b', 'c']) expect((await reopened.perform(name, null, work)).executed).toBe(false)
  })

  it('does not store what failed', async () => {
    const operations = await openOperations(null)
    await expect(
      operations.perform('x', 1, () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')

    expect((await operations.perform('x', 1, () => 'yes')).executed).toBe(true)
  })

  it('reports a file that is damaged instead of doing everything again', async () => {
    const path = join(await ownFolder(), 'operations.json')
    await writeFile(path, '{"version":1,"resul')

    await expect(openOperations(path)).rejects.toMatchObject({ code: 'data/file', hint: expect.any(String) })
  })

  it('refuses a result that would not come back the same', async () => {
    const operations = await openOperations(null)

    await expect(operations.perform('x', 1, () => NaN)).rejects.toMatchObject({ code: 'data/json' })
  })
})
