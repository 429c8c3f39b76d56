/** The one file that meets the `geotiff` package: its readers, with our LZW decoder and our way over the network. */
import { BaseClient, BaseDecoder, BaseResponse, addDecoder, fromCustomClient, fromFile, type GeoTIFF } from 'geotiff'
import { request } from 'undici'
import { HttpError } from '../base/errors.ts'
import { decodeLzw } from './lzw.ts'

const LZW = 5

/** Longer than a block takes on a slow line, shorter than a reader's patience. */
const TIMEOUT_MS = 60_000

/** The package's own LZW decoder goes bit by bit and takes some ten times as long. */
class LzwDecoder extends BaseDecoder {
  override decodeBlock(buffer: ArrayBuffer): ArrayBuffer {
    const { tileWidth, tileHeight, bitsPerSample } = this.parameters
    const bits = typeof bitsPerSample === 'number' ? bitsPerSample : (bitsPerSample[0] ?? 8)
    return decodeLzw(new Uint8Array(buffer), (tileWidth * tileHeight * bits) / 8).buffer
  }
}

addDecoder(LZW, () => Promise.resolve(LzwDecoder), undefined, false)

/** A file's header. The file must be closed again. */
export function openTiffFile(path: string): Promise<GeoTIFF> {
  return fromFile(path)
}

/** A header over HTTP, in blocks of 64 KiB (the package's own measure); from a server that knows no ranges, the whole file. */
export function openTiffUrl(url: string): Promise<GeoTIFF> {
  return fromCustomClient(new UndiciClient(url))
}

/** What a server that knows no ranges has sent is kept, and cut here: the package would take it for the block. */
class UndiciClient extends BaseClient {
  #whole: ArrayBuffer | undefined

  override async request({ headers, signal }: RequestInit = {}): Promise<TiffResponse> {
    const sent = Object.fromEntries(new Headers(headers))
    if (this.#whole !== undefined) return cut(this.#whole, sent['range'])
    const limit = AbortSignal.timeout(TIMEOUT_MS)
    const ended = signal === undefined || signal === null ? limit : AbortSignal.any([signal, limit])
    try {
      const answer = await request(this.url, { headers: sent, signal: ended })
      if (answer.statusCode !== 200 && answer.statusCode !== 206) {
        await answer.body.dump()
        throw refused(this.url, answer.statusCode)
      }
      const body = await answer.body.arrayBuffer()
      if (answer.statusCode === 206) return new TiffResponse(206, answer.headers, body)
      this.#whole = body
      return cut(body, sent['range'])
    } catch (cause) {
      if (cause instanceof HttpError) throw cause
      const code = limit.aborted ? 'http/timeout' : 'http/network'
      throw new HttpError(code, `"${this.url}" could not be read: ${(cause as Error).message}`, {
        hint: 'is the address right, and the server up?',
        retryable: true,
        cause,
      })
    }
  }
}

function cut(whole: ArrayBuffer, range: string | undefined): TiffResponse {
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)/.exec(range ?? '') ?? []
  const part = whole.slice(Number(from), to === '' ? whole.byteLength : Number(to) + 1)
  const contentRange = `bytes ${from}-${Number(from) + part.byteLength - 1}/${whole.byteLength}`
  return new TiffResponse(206, { 'content-type': 'image/tiff', 'content-range': contentRange }, part)
}

class TiffResponse extends BaseResponse {
  readonly #status: number
  readonly #headers: Readonly<Record<string, string | string[] | undefined>>
  readonly #body: ArrayBuffer

  constructor(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, body: ArrayBuffer) {
    super()
    this.#status = status
    this.#headers = headers
    this.#body = body
  }

  override get status(): number {
    return this.#status
  }

  override getHeader(name: string): string {
    return String(this.#headers[name.toLowerCase()] ?? '')
  }

  override getData(): Promise<ArrayBuffer> {
    return Promise.resolve(this.#body)
  }
}

function refused(url: string, status: number): HttpError {
  return new HttpError('http/status', `"${url}" answered ${status}`, {
    hint: status === 404 ? 'is there a raster at this address?' : 'ask the source what the status means',
    retryable: status === 429 || status >= 500,
    details: { url, status },
  })
}
