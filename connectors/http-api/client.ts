/** Any JSON API, with the credentials of its block in the header that it asks for. */
import type { Io } from '../../src/base/io.ts'
import type { JsonValue } from '../../src/base/json.ts'
import { createHttpClient } from '../../src/http/client.ts'
import { z } from 'zod'
import { httpAuth, type HttpApiSettings } from './connection.ts'

export interface HttpApiClient {
  readonly baseUrl: string
  readonly authType: HttpApiSettings['authType']
  /** @throws HttpError `http/status`, `http/auth`, `http/shape` and their like */
  get(
    path: string,
    query?: Readonly<Record<string, string | number>>,
  ): Promise<{ readonly status: number; readonly body: JsonValue }>
  close(): Promise<void>
}

export function createHttpApiClient(settings: HttpApiSettings, io: Io = {}): HttpApiClient {
  const { baseUrl, authType, timeoutMs } = settings
  const http = createHttpClient({ baseUrl, auth: httpAuth(settings), timeoutMs }, io)
  return {
    baseUrl,
    authType,
    async get(path, query = {}) {
      const { status, body } = await http.send({ path, query, schema: z.json() })
      return { status, body }
    },
    close: () => http.close(),
  }
}
