/**
 * Whether a text can be a DHIS2 personal access token at all, told without asking the server.
 *
 * Two forms: `d2pat_`, 32 characters, CRC-32 as 10 digits (up to 2.41); `d2p_`, 44 characters, CRC-32 as 6 digits of
 * base 62 (DHIS2 2.42.4 and 2.43.1 make only these).
 */
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function isPersonalAccessToken(text: string): boolean {
  const [, code10, checksum10] = /^d2pat_([A-Za-z0-9]{32})(\d{10})$/.exec(text) ?? []
  if (code10 !== undefined && checksum10 !== undefined) {
    return checksums(code10).some((sum) => String(sum).padStart(10, '0') === checksum10)
  }
  const [, code62, checksum62] = /^d2p_([A-Za-z0-9]{44})([A-Za-z0-9]{6})$/.exec(text) ?? []
  if (code62 === undefined || checksum62 === undefined) return false
  return checksums(code62).some((sum) => base62(sum) === checksum62)
}

/**
 * quirks.md D2-004: the server takes the checksum of a buffer that is a tenth longer than the code, filled up with
 * zeros; its oldest versions took it of the code alone.
 */
function checksums(code: string): number[] {
  const buffer = Buffer.alloc(Math.floor(code.length * 1.1))
  buffer.write(code, 'ascii')
  return [crc32(buffer), crc32(code)]
}

function base62(value: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / DIGITS.length)) {
    text = (DIGITS[rest % DIGITS.length] ?? '') + text
  }
  return text.padStart(6, '0')
}
