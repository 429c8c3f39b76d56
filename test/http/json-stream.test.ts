import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { streamArray } from '../../src/http/json-stream.ts'

/** The text in pieces of `size` bytes, so that pieces end inside names, escapes and characters. */
async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'utf8')
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, { size = 7, sliceBytes = 16 } = {}) {
  const stream = streamArray<unknown>(pieces(text, size), 'rows', { source: 'GET /rows', sliceBytes })
  const items: unknown[] = []
  for await (const batch of stream.batches) items.push(...batch)
  return { items, envelope: stream.envelope() }
}

describe('a list that is read as it comes', () => {
  it('gives the items and members that JSON.parse gives, wherever the pieces and slices end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({
              id: fc.string(),
              value: fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })),
            }),
            fc.constantFrom<unknown>(
              { text: '},{' },
              { text: '"]},{"' },
              { text: '\\' },
              { a: [{ b: 1 }, { b: 2 }] },
              {},
            ),
            fc.jsonValue(),
          ),
        ),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(0, 2),
        async (rows, others, arrayFirst, size, sliceBytes, indent) => {
          const { rows: _, ...beside } = others
          const whole = arrayFirst ? { rows, ...beside } : { ...beside, rows }
          const text = JSON.stringify(whole, null, indent)

          const result = await read(text, { size, sliceBytes })

          const { rows: expected, ...envelope } = JSON.parse(text) as { rows: unknown[] }
          expect(result).toEqual({ items: expected, envelope })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('knows the members before the list with the first items, and those behind it at the end', async () => {
    const stream = streamArray(pieces('{"before":1,"rows":[{"a":1},{"a":2},{"a":3}],"after":2}', 5), 'rows', {
      sliceBytes: 8,
    })
    const seen: unknown[] = []

    for await (const batch of stream.batches) seen.push([batch.length, stream.envelope()])

    expect(seen[0]).toEqual([1, { before: 1 }])
    expect(stream.envelope()).toEqual({ before: 1, after: 2 })
  })

  it('is not misled by a list of the same name deeper down, or by its name as a text', async () => {
    const result = await read('{"note":"rows","inner":{"rows":[9]},"rows":[1]}')

    expect(result.items).toEqual([1])
  })

  it.each(['{"rows":[]}', '{"rows": [ ] , "x": 1}'])('gives no items for %s', async (text) => {
    expect((await read(text)).items).toEqual([])
  })

  it('holds no more than one slice at a time', async () => {
    const row = JSON.stringify({ text: 'x'.repeat(80) })
    let longest = 0
    const stream = streamArray(pieces(`{"rows":[${Array(5_000).fill(row).join(',')}]}`, 1_000), 'rows', {
      sliceBytes: 4_000,
    })
    let items = 0

    for await (const batch of stream.batches) {
      longest = Math.max(longest, batch.length)
      items += batch.length
    }

    expect(items).toBe(5_000)
    // 4,000 bytes and the piece that made them enough, in rows of 92 bytes
    expect(longest).toBeLessThanOrEqual(60)
  })

  it.each([
    ['in an item', '{"rows":[{"a":1},{"a":'],
    ['between two items', '{"rows":[{"a":1},{"a":2}'],
    ['behind the list', '{"rows":[{"a":1}]'],
    ['in a member behind the list', '{"rows":[{"a":1}],"x":"'],
    ['with something behind it', '{"rows":[{"a":1}]}{"rows":[]}'],
  ])('never takes a body that is cut off %s for a short list', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'http/shape',
      message: expect.stringContaining('GET /rows'),
      retryable: true,
    })
  })

  it('says after how many items a body is damaged', async () => {
    await expect(read('{"rows":[{"a":1},{"a":2},{"a" 3},{"a":4}]}')).rejects.toMatchObject({
      code: 'http/shape',
      details: { items: expect.any(Number) },
    })
  })

  it.each(['{}', '{"rows":null}', '[1,2]', '{"rows":{"a":1}}', 'hello'])(
    'refuses %s, which has no such list',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ code: 'http/shape', details: { field: 'rows' } })
    },
  )

  it('tells an empty body from an empty list', async () => {
    await expect(read('')).rejects.toMatchObject({ code: 'http/shape', details: { empty: true } })
  })
})
