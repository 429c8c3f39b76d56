/** Bodies as text, for bodies that fit in memory. */

/** The whole body, or its beginning up to `mostBytes`. */
export async function readText(body: AsyncIterable<Uint8Array>, mostBytes: number = Infinity): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= mostBytes) break
  }
  // TextDecoder would cost the same; this leaves a byte order mark in, which JSON.parse refuses
  const text = Buffer.concat(chunks).toString('utf8')
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
