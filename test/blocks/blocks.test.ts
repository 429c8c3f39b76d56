import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { keyFromText, newKeyText } from '../../src/base/secret.ts'
import { defineBlock, parseSettings, secret } from '../../src/blocks/define.ts'
import { describeBlock } from '../../src/blocks/describe.ts'
import { hasSealed, maskValues, sealValues, unsealValues } from '../../src/blocks/seal-values.ts'

const stock = defineBlock({
  slug: 'stock-service',
  shortName: 'stock',
  schema: z.object({
    url: z.string().describe('address'),
    token: secret(),
    headers: z.record(z.string(), secret()).default({}),
    atOnce: z.int().default(4),
  }),
  open: (settings) => settings,
})

const VALUES = { url: 'http://stock.test', token: 'tok-123', headers: { 'x-key': 'key-456' } }

describe('a block', () => {
  it('F060 names the field whose value does not fit, without repeating the value', () => {
    const parse = () => parseSettings(stock, { ...VALUES, atOnce: 'many-secret' })

    expect(parse).toThrow(
      expect.objectContaining({ code: 'config/block-invalid', message: expect.stringContaining('atOnce') }),
    )
    expect(parse).not.toThrow('many-secret')
  })

  it('F063 prints no secret, and reveals it when asked', () => {
    const settings = parseSettings(stock, VALUES)

    for (const text of [
      String(settings.token),
      JSON.stringify(settings),
      inspect(settings),
      String(settings.headers['x-key']),
    ]) {
      expect(text).not.toMatch(/tok-123|key-456/)
    }
    expect(settings.token.reveal()).toBe('tok-123')
  })

  it('describes its fields for forms and help', () => {
    const { fields, secretPaths } = describeBlock(stock)

    expect(secretPaths).toEqual(['token', 'headers.*'])
    expect(fields).toContainEqual({
      path: 'url',
      type: 'string',
      secret: false,
      required: true,
      default: null,
      description: 'address',
    })
    expect(fields.find(({ path }) => path === 'atOnce')).toMatchObject({ required: false, default: 4 })
  })
})

describe('values at rest', () => {
  const key = keyFromText(newKeyText())

  it('F066 hold no secret in the clear and open to what they were', () => {
    const sealed = sealValues(stock, VALUES, key, 'block-1')

    expect(JSON.stringify(sealed)).not.toMatch(/tok-123|key-456/)
    expect(hasSealed(sealed)).toBe(true)
    expect(unsealValues(sealed, key, 'block-1')).toEqual(VALUES)
  })

  it('F066 do not open with another key, nor in the name of another block', () => {
    const sealed = sealValues(stock, VALUES, key, 'block-1')

    expect(() => unsealValues(sealed, keyFromText('another'), 'block-1')).toThrow(
      'cannot be opened with the present key',
    )
    expect(() => unsealValues(sealed, key, 'block-2')).toThrow(
      expect.objectContaining({ code: 'config/block-invalid' }),
    )
  })

  it('seal the secrets of settings that were parsed already', () => {
    const sealed = sealValues(stock, parseSettings(stock, VALUES), key, 'block-1')

    expect(unsealValues(sealed, key, 'block-1')).toEqual({ ...VALUES, atOnce: 4 })
  })

  it('show *** to people', () => {
    const sealed = sealValues(stock, VALUES, key, 'block-1')

    expect(maskValues(sealed)).toEqual({ url: 'http://stock.test', token: '***', headers: { 'x-key': '***' } })
  })
})
