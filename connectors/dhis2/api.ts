/** The Web API of one server: signed in, guarded, its refusals in DHIS2's own words. */
import { ConfigError } from '../../src/base/errors.ts'
import type { Io } from '../../src/base/io.ts'
import { createHttpClient, type HttpClient } from '../../src/http/client.ts'
import type { HttpRequest } from '../../src/http/http-request.ts'
import { asDhis2Error } from './errors.ts'
import { dhis2Auth, type CheckedDhis2Settings } from './settings.ts'

/**
 * An HTTP client whose paths begin below `/api/`. Paths carry no version number: from 2.42 it changes nothing, and
 * before, a low number hid conflicts behind a 200 (quirks.md D2-006).
 *
 * A client that was opened from a fallback refuses every method but GET with `config/fallback-write`.
 */
export type Dhis2Api = HttpClient

export function createDhis2Api(settings: CheckedDhis2Settings, io: Io = {}): Dhis2Api {
  const http = createHttpClient(
    {
      baseUrl: `${settings.baseUrl}/api/`,
      auth: dhis2Auth(settings),
      timeoutMs: settings.timeoutMs,
      atOnce: settings.atOnce,
      // quirks.md D2-001: without it a refusal is a redirect to the login page, and not a 401
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
      // quirks.md D2-005: a session for each request otherwise, and a server allows a user ten
      keepCookies: true,
    },
    io,
  )
  const guard = ({ method = 'GET', path }: Pick<HttpRequest, 'method' | 'path'>) => {
    if (io.readOnly !== true || method === 'GET') return
    throw new ConfigError(
      'config/fallback-write',
      `${method} ${path} is refused: ${settings.baseUrl} was opened as a fallback`,
      { hint: 'a fallback only reads; save the connection with: d2flow block create dhis2 NAME' },
    )
  }
  return {
    async send<T>(request: HttpRequest<T>) {
      guard(request)
      try {
        return await http.send(request)
      } catch (thrown) {
        throw asDhis2Error(thrown)
      }
    },
    async stream(request) {
      guard(request)
      try {
        return await http.stream(request)
      } catch (thrown) {
        throw asDhis2Error(thrown)
      }
    },
    close: () => http.close(),
  }
}
