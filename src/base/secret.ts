/**
 * A value that prints as `***` wherever it ends up, and the sealing that keeps it at rest.
 *
 * Sealing is AES-256-GCM with a random nonce; the owner's id is bound in as associated data, so that a sealed text
 * moved to another owner does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { inspect } from 'node:util'
import { ConfigError } from './errors.ts'

const MASK = '***'

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The plain value. The only way to it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}

/** A text with every occurrence of the secrets replaced by `***`: as they are, as in a URL, as inside JSON. */
export function maskSecrets(text: string, secrets: readonly Secret[]): string {
  const forms = secrets.flatMap((secret) => {
    const plain = secret.reveal().toWellFormed()
    return [plain, encodeURIComponent(plain), JSON.stringify(plain).slice(1, -1)]
  })
  // the longest first: a secret that begins with another one would show its end
  const inOrder = [...new Set(forms)].filter((form) => form !== '').sort((a, b) => b.length - a.length)
  return inOrder.reduce((masked, form) => masked.replaceAll(form, MASK), text)
}

const VERSION = 'v1'

/** 32 bytes from a key text: hex or base64 of 32 bytes as they are, any other text through scrypt. */
export function keyFromText(text: string): Buffer {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  const bytes = Buffer.from(trimmed, 'base64')
  if (bytes.length === 32 && bytes.toString('base64') === trimmed) return bytes
  return scryptSync(trimmed, 'd2flow sealing key', 32)
}

/** A new key, as the text that `keyFromText` reads. */
export function newKeyText(): string {
  return randomBytes(32).toString('base64')
}

/** Seals `plain` for `owner` (the id of the block that holds it). */
export function seal(plain: string, key: Uint8Array, owner: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(owner))
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return [VERSION, nonce.toString('base64'), sealed.toString('base64'), cipher.getAuthTag().toString('base64')].join(
    ':',
  )
}

/**
 * Opens what `seal` made for the same owner with the same key.
 *
 * @throws ConfigError `config/block-invalid` when the key is another one or the text was changed
 */
export function unseal(text: string, key: Uint8Array, owner: string): string {
  const [version, nonce, sealed, tag] = text.split(':')
  try {
    if (version !== VERSION || nonce === undefined || sealed === undefined || tag === undefined)
      throw new Error('not a sealed value')
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'))
    decipher.setAAD(Buffer.from(owner))
    decipher.setAuthTag(Buffer.from(tag, 'base64'))
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new ConfigError('config/block-invalid', 'a saved secret cannot be opened with the present key', {
      hint: 'the key differs from the one it was sealed with: restore D2FLOW_KEY or the key file, or save the block again',
      cause,
    })
  }
}
