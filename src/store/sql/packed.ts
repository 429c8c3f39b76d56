/**
 * Ids and hashes as bytes: a UUID takes 17 bytes instead of 36, a SHA-256 33 instead of 64. Steps come by the thousand,
 * and an id stands in its row and in an index.
 *
 * The first byte says how to read the rest, so that any other text comes back as it was.
 */

const TEXT = 0
const UUID = 1
const HEX = 2

export const UUID_FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const HEX_FORM = /^(?:[0-9a-f]{2}){8,}$/

export function pack(text: string): Uint8Array {
  if (UUID_FORM.test(text)) return tagged(UUID, uuidHex(text), 'hex')
  if (HEX_FORM.test(text)) return tagged(HEX, text, 'hex')
  return tagged(TEXT, text, 'utf8')
}

export function unpack(bytes: Uint8Array): string {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)
  if (bytes[0] === UUID) return uuidFromHex(content.toString('hex'))
  return content.toString(bytes[0] === HEX ? 'hex' : 'utf8')
}

export function packOrNull(text: string | null): Uint8Array | null {
  return text === null ? null : pack(text)
}

export function unpackOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : unpack(bytes)
}

/** A UUID as 22 characters. */
export function uuidToBase64(uuid: string): string {
  return Buffer.from(uuidHex(uuid), 'hex').toString('base64url')
}

export function uuidFromBase64(text: string): string {
  return uuidFromHex(Buffer.from(text, 'base64url').toString('hex'))
}

function tagged(tag: number, content: string, encoding: 'hex' | 'utf8'): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(content, encoding))
  bytes[0] = tag
  bytes.write(content, 1, encoding)
  return bytes
}

function uuidHex(uuid: string): string {
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)
}

function uuidFromHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
