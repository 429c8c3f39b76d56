/** Writes small GeoTIFFs for tests: one band, strips, LZW or plain, tags as GDAL writes them (TIFF 6.0, OGC 19-008r4). */

export interface TiffOptions {
  readonly width: number
  readonly values: Float32Array | Int16Array
  readonly isLzw?: boolean
  readonly rowsPerStrip?: number
  /** How many times the same strips follow each other, one below the other: a large raster in a small file. */
  readonly repeats?: number
  /** The upper left pixel's place, and the cell size in degrees. */
  readonly origin?: readonly [x: number, y: number]
  readonly cell?: number
  readonly nodata?: string
  readonly metadata?: string
  readonly isPoint?: boolean
  /** EPSG code of the reference system; above 30,000 it is a projected one here. `null` writes none. */
  readonly epsg?: number | null
  /** Sixteen numbers, instead of origin and cell. */
  readonly matrix?: readonly number[]
}

const [SHORT, LONG, DOUBLE, ASCII] = [3, 4, 12, 2]

export function writeGeoTiff(options: TiffOptions): Uint8Array {
  const { width, values, isLzw = true, origin = [30, 5], cell = 0.5, epsg = 4326 } = options
  const ownHeight = values.length / width
  const { repeats = 1, rowsPerStrip = ownHeight } = options
  const height = ownHeight * repeats
  const bytes = new Uint8Array(values.buffer)
  const rowBytes = width * values.BYTES_PER_ELEMENT
  const strips: Uint8Array[] = []
  for (let row = 0; row < ownHeight; row += rowsPerStrip) {
    const strip = bytes.subarray(row * rowBytes, Math.min(ownHeight, row + rowsPerStrip) * rowBytes)
    strips.push(isLzw ? encodeLzw(strip) : strip)
  }
  const offsets: number[] = []
  let end = 8
  for (const strip of strips) {
    offsets.push(end)
    end += strip.length + (strip.length % 2)
  }
  const geoKeys =
    epsg === null
      ? []
      : [
          [1024, epsg > 30_000 ? 1 : 2],
          [1025, options.isPoint === true ? 2 : 1],
          [epsg > 30_000 ? 3072 : 2048, epsg],
        ]
  const tags: [tag: number, type: number, values: readonly number[] | string][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, [values.BYTES_PER_ELEMENT * 8]],
    [259, SHORT, [isLzw ? 5 : 1]],
    [262, SHORT, [1]],
    [273, LONG, repeated(offsets, repeats)],
    [277, SHORT, [1]],
    [278, LONG, [rowsPerStrip]],
    [
      279,
      LONG,
      repeated(
        strips.map((strip) => strip.length),
        repeats,
      ),
    ],
    [284, SHORT, [1]],
    [339, SHORT, [values instanceof Float32Array ? 3 : 2]],
  ]
  if (options.matrix === undefined) {
    tags.push([33_550, DOUBLE, [cell, cell, 0]], [33_922, DOUBLE, [0, 0, 0, origin[0], origin[1], 0]])
  } else {
    tags.push([34_264, DOUBLE, options.matrix])
  }
  if (geoKeys.length > 0) {
    tags.push([
      34_735,
      SHORT,
      [1, 1, 0, geoKeys.length, ...geoKeys.flatMap(([key = 0, value = 0]) => [key, 0, 1, value])],
    ])
  }
  if (options.metadata !== undefined) tags.push([42_112, ASCII, `${options.metadata}\0`])
  if (options.nodata !== undefined) tags.push([42_113, ASCII, `${options.nodata}\0`])

  const file = new DataView(new ArrayBuffer(end + 2 + tags.length * 12 + 4 + 10_000))
  const whole = new Uint8Array(file.buffer)
  whole.set([0x49, 0x49, 42, 0])
  file.setUint32(4, end, true)
  for (const [index, strip] of strips.entries()) whole.set(strip, offsets[index] ?? 0)
  file.setUint16(end, tags.length, true)
  let free = end + 2 + tags.length * 12 + 4
  for (const [index, [tag, type, content]] of tags.entries()) {
    const at = end + 2 + index * 12
    const size = { [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8, [ASCII]: 1 }[type] ?? 1
    file.setUint16(at, tag, true)
    file.setUint16(at + 2, type, true)
    file.setUint32(at + 4, content.length, true)
    const isInline = content.length * size <= 4
    let to = isInline ? at + 8 : free
    if (!isInline) {
      file.setUint32(at + 8, free, true)
      free += content.length * size + ((content.length * size) % 2)
    }
    for (const value of typeof content === 'string' ? new TextEncoder().encode(content) : content) {
      if (type === SHORT) file.setUint16(to, value, true)
      else if (type === LONG) file.setUint32(to, value, true)
      else if (type === DOUBLE) file.setFloat64(to, value, true)
      else file.setUint8(to, value)
      to += size
    }
  }
  return whole.subarray(0, free)
}

function repeated(values: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => values).flat()
}

/** By the book, with a table of texts: as unlike the decoder as can be (TIFF 6.0, section 13). */
export function encodeLzw(bytes: Uint8Array): Uint8Array {
  const packed: number[] = []
  let [bits, held, width] = [0, 0, 9]
  let table = new Map<string, number>()
  let next = 258
  const put = (code: number) => {
    bits = (bits << width) | code
    held += width
    while (held >= 8) {
      held -= 8
      packed.push((bits >>> held) & 255)
    }
    bits &= (1 << held) - 1
  }
  const codeOf = (text: string) => (text.length === 1 ? text.charCodeAt(0) : (table.get(text) ?? -1))
  put(256)
  let known = ''
  for (const byte of bytes) {
    const longer = known + String.fromCharCode(byte)
    if (codeOf(longer) >= 0) {
      known = longer
      continue
    }
    put(codeOf(known))
    table.set(longer, next)
    next += 1
    if (next === 4095) {
      put(256)
      table = new Map()
      next = 258
      width = 9
    } else if (next === 1 << width) {
      width += 1
    }
    known = String.fromCharCode(byte)
  }
  if (known !== '') {
    put(codeOf(known))
    next += 1
    if (next === 1 << width && width < 12) width += 1
  }
  put(257)
  if (held > 0) packed.push((bits << (8 - held)) & 255)
  return Uint8Array.from(packed)
}
