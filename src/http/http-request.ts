/** What can be asked of an HTTP client, and what it gives back. */
import type { z } from 'zod'

/** A list repeats the parameter; undefined leaves it out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface HttpRequest<T = unknown> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined
  /** Below the base address, or an absolute address: one of another origin gets no credentials. */
  readonly path: string
  readonly query?: Query | undefined
  /** Text, bytes and streams go out as they are; every other value as JSON. A stream can be sent once only. */
  readonly body?: unknown
  /** Of the body; `application/json` for a value that goes out as JSON. */
  readonly contentType?: string | undefined
  /** What may come back; an answer of another content type is `http/shape`. JSON unless said otherwise. */
  readonly accept?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Parses the body of a 2xx answer. What does not fit is `http/shape`, naming the field. */
  readonly schema?: z.ZodType<T> | undefined
  /** Until the last byte of the answer; for a stream until its head, and again between two chunks. */
  readonly timeoutMs?: number | undefined
  /** Whether sending it twice does no harm; only such a request is sent again after a blip. Default: GET is. */
  readonly idempotent?: boolean | undefined
  /** Statuses beside 2xx whose body is an answer and not an error; the schema is not applied to them. */
  readonly alsoAccept?: readonly number[] | undefined
  /** An answer without a body is then `undefined`; otherwise it is `http/shape`. */
  readonly allowEmpty?: boolean | undefined
  /** Compresses the body. */
  readonly gzip?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Header names are in lower case; a header that came several times is joined by ", ". */
export type HttpHeaders = Readonly<Record<string, string>>

export interface HttpAnswer<T> {
  readonly status: number
  readonly headers: HttpHeaders
  /** Parsed JSON, or what the schema made of it; text for any other `accept`. */
  readonly body: T
}

export interface HttpStream {
  /** What was asked for, fit to be shown. */
  readonly url: string
  readonly status: number
  readonly headers: HttpHeaders
  /** Decompressed. Must be read to its end or left early; both free the connection. */
  readonly body: AsyncIterable<Uint8Array>
}
