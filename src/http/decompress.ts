/** The body of an answer as it was before it was compressed for the way. */
import { type Readable, pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** We ask for gzip only; the others are for servers that do as they like. */
const DECODERS = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }

export function decompressed(
  body: Readable,
  encoding: string | readonly string[] | undefined,
): AsyncIterable<Uint8Array> {
  const name = (typeof encoding === 'string' ? encoding : (encoding?.join(',') ?? '')).trim().toLowerCase()
  const createDecoder = Object.hasOwn(DECODERS, name) ? DECODERS[name as keyof typeof DECODERS] : undefined
  if (createDecoder === undefined) return body
  const decoder = createDecoder()
  // an error of either side reaches the reader through the decoder
  pipeline(body, decoder, () => {})
  return decoder
}
