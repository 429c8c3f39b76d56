import { Console } from 'node:console'
import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/base/errors.ts'
import { toFailure } from '../../src/base/failure.ts'
import { canonicalJson } from '../../src/base/hash.ts'
import { createLog } from '../../src/base/log.ts'
import { keyFromText, maskSecrets, newKeyText, seal, Secret, unseal } from '../../src/base/secret.ts'

const PLAIN = 'd2pat_geheim'
const secret = new Secret(PLAIN)

/** What a console prints. */
function printed(print: (console: Console) => void): string {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString()
      done()
    },
  })
  print(new Console({ stdout: stream, stderr: stream }))
  return text
}

describe('a secret', () => {
  it('gives its value to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(PLAIN)
  })

  it.each<[string, () => string]>([
    ['String()', () => String(secret)],
    ['a template', () => `token ${secret as unknown as string}`],
    ['adding to a text', () => 'token ' + (secret as unknown as string)],
    ['JSON', () => JSON.stringify({ token: secret })],
    ['canonical JSON', () => canonicalJson({ token: secret })],
    ['util.inspect', () => inspect({ token: secret }, { depth: null, showHidden: true, getters: true })],
    ['%s', () => format('%s', secret)],
    ['%o', () => format('%o', secret)],
    ['%O', () => format('%O', secret)],
    ['%j', () => format('%j', { token: secret })],
    ['console.log', () => printed((console) => console.log('token', secret, [secret], new Map([['token', secret]])))],
    ['console.error of an error', () => printed((console) => console.error(errorAbout(secret)))],
    ['the details of a stored failure', () => JSON.stringify(toFailure(errorAbout(secret)))],
    ['a log', () => logged((log) => log.info('signed in', { token: secret }))],
  ])('prints as *** through %s', (_, print) => {
    const text = print()

    expect(text).toContain('***')
    expect(text).not.toContain('geheim')
  })

  it.each<[string, () => string]>([
    ['util.inspect without custom views', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['its own members', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
    ['console.dir', () => printed((console) => console.dir({ token: secret }))],
    ['a copy', () => JSON.stringify(Object.assign({}, secret))],
    ['a structured clone', () => inspect(structuredClone({ token: secret }))],
  ])('does not show through %s', (_, print) => {
    expect(print()).not.toContain('geheim')
  })
})

describe('a text with secrets in it', () => {
  it('has them masked as they are, percent-encoded and inside JSON', () => {
    const odd = new Secret('pass word/"1"')
    const text = `plain pass word/"1", URL pass%20word%2F%221%22, JSON ${JSON.stringify({ p: 'pass word/"1"' })}`

    expect(maskSecrets(text, [odd])).toBe('plain ***, URL ***, JSON {"p":"***"}')
  })

  it('shows no end of a secret that begins like another one', () => {
    expect(maskSecrets('token abcdef', [new Secret('abc'), new Secret('abcdef')])).toBe('token ***')
  })

  it('stays as it is for an empty secret', () => {
    expect(maskSecrets('token', [new Secret('')])).toBe('token')
  })
})

describe('sealing', () => {
  const key = keyFromText(newKeyText())

  it('F066 gives a text without the secret, which opens with the same key for the same owner', () => {
    const sealed = seal('pässword', key, 'block-1')

    expect(sealed).toMatch(/^v1:/)
    expect(sealed).not.toContain('pässword')
    expect(Buffer.from(sealed.split(':')[2] ?? '', 'base64').toString()).not.toContain('ssword')
    expect(unseal(sealed, key, 'block-1')).toBe('pässword')
  })

  it('gives another text each time', () => {
    expect(seal('a', key, 'block-1')).not.toBe(seal('a', key, 'block-1'))
  })

  it.each<[string, () => string]>([
    ['another key', () => unseal(seal(PLAIN, key, 'block-1'), randomBytes(32), 'block-1')],
    ['another owner', () => unseal(seal(PLAIN, key, 'block-1'), key, 'block-2')],
    ['a changed text', () => unseal(changed(seal(PLAIN, key, 'block-1')), key, 'block-1')],
    ['a text that was cut', () => unseal(seal(PLAIN, key, 'block-1').slice(0, -30), key, 'block-1')],
    ['another version', () => unseal(seal(PLAIN, key, 'block-1').replace('v1', 'v9'), key, 'block-1')],
    ['no sealed text at all', () => unseal(PLAIN, key, 'block-1')],
  ])('F066 does not open with %s, and says so without the secret', (_, open) => {
    expect(open).toThrow(
      expect.objectContaining({
        code: 'config/block-invalid',
        message: expect.stringContaining('key'),
        hint: expect.stringContaining('D2FLOW_KEY'),
        retryable: false,
      }),
    )
    expect(open).not.toThrow('geheim')
  })

  it('seals the empty text too', () => {
    expect(unseal(seal('', key, 'block-1'), key, 'block-1')).toBe('')
  })
})

describe('a key', () => {
  it('may be 32 bytes as hex or base64, or any words', () => {
    const bytes = randomBytes(32)

    expect(keyFromText(bytes.toString('hex'))).toEqual(bytes)
    expect(keyFromText(` ${bytes.toString('base64')}\n`)).toEqual(bytes)
    expect(keyFromText('four words of mine')).toHaveLength(32)
    expect(keyFromText('four words of mine')).toEqual(keyFromText('four words of mine'))
    expect(keyFromText('four words of mine')).not.toEqual(keyFromText('four words of yours'))
  })

  it('is new each time one is made', () => {
    expect(keyFromText(newKeyText())).not.toEqual(keyFromText(newKeyText()))
  })
})

function errorAbout(token: Secret): ConfigError {
  return new ConfigError('config/block-invalid', 'the token is refused', {
    details: { token, list: [token] },
    cause: new ConfigError('config/setting', 'deeper', { details: { token } }),
  })
}

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  write(createLog((level, message, fields) => (text = JSON.stringify({ level, message, fields }))))
  return text
}

/** One character of the sealed part is another one. */
function changed(sealed: string): string {
  const [version, nonce, content = '', tag] = sealed.split(':')
  return [version, nonce, (content.startsWith('A') ? 'B' : 'A') + content.slice(1), tag].join(':')
}
