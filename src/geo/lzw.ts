/** LZW as TIFF uses it: codes of 9 to 12 bits, most significant bit first, widened one code early. */
import { DataError } from '../base/errors.ts'

const CLEAR = 256
const END = 257
const FIRST_FREE = 258
const MOST_CODES = 4096

/**
 * The bytes that `packed` stands for.
 *
 * Every code is a stretch of what was already written, so the table holds positions in the output instead of chains of
 * bytes: a code is one copy forwards. A stream that stops without its end code is taken as ended.
 *
 * @param sizeHint how many bytes are expected; the output grows when there are more
 * @throws DataError `data/grid` when a code refers to nothing
 * @see TIFF 6.0, section 13
 */
export function decodeLzw(packed: Uint8Array, sizeHint = packed.length * 4): Uint8Array<ArrayBuffer> {
  const positions = new Uint32Array(MOST_CODES)
  const lengths = new Uint16Array(MOST_CODES)
  let output = new Uint8Array(Math.max(sizeHint, 16))
  let written = 0
  let nextCode = FIRST_FREE
  let width = 9
  let bits = 0
  let held = 0
  let at = 0
  let previousAt = 0
  let previousLength = 0
  for (;;) {
    while (held < width && at < packed.length) {
      bits = ((bits << 8) | (packed[at] ?? 0)) & 0xff_ff_ff
      held += 8
      at += 1
    }
    if (held < width) break
    held -= width
    const code = (bits >>> held) & ((1 << width) - 1)
    if (code === END) break
    if (code === CLEAR) {
      nextCode = FIRST_FREE
      width = 9
      previousLength = 0
      continue
    }
    const isLiteral = code < CLEAR
    // The code after the newest is the previous stretch and its own first byte, which follows it in the output.
    const length = isLiteral ? 1 : code < nextCode ? (lengths[code] ?? 0) : previousLength + 1
    if (!isLiteral && (code > nextCode || (code === nextCode && previousLength === 0))) throw broken(code, written)
    if (written + length > output.length) {
      const grown = new Uint8Array(Math.max(output.length * 2, written + length))
      grown.set(output)
      output = grown
    }
    if (isLiteral) {
      output[written] = code
    } else {
      const from = code < nextCode ? (positions[code] ?? 0) : previousAt
      for (let index = 0; index < length; index += 1) output[written + index] = output[from + index] ?? 0
    }
    if (previousLength > 0 && nextCode < MOST_CODES) {
      positions[nextCode] = previousAt
      lengths[nextCode] = previousLength + 1
      nextCode += 1
    }
    previousAt = written
    previousLength = length
    written += length
    if (nextCode >= (1 << width) - 1 && width < 12) width += 1
  }
  return output.length === written ? output : output.slice(0, written)
}

function broken(code: number, written: number): DataError {
  return new DataError(
    'data/grid',
    `the LZW data refers to code ${code}, which is not defined, after ${written} bytes`,
    {
      hint: 'the file is damaged; fetch it again',
    },
  )
}
