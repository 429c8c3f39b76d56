/** How a client proves who it is: one header, made from values that never print. */
import type { Secret } from '../base/secret.ts'

export type HttpAuth =
  | { readonly type: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly type: 'bearer'; readonly token: Secret }
  /** A key in a header of its own, `X-API-Key` unless said otherwise. */
  | { readonly type: 'api-key'; readonly key: Secret; readonly header?: string | undefined }
  /** `Authorization: <scheme> <token>`, for example DHIS2's `ApiToken`. */
  | { readonly type: 'scheme'; readonly scheme: string; readonly token: Secret }

/** The one header that carries the credentials. */
export function authHeaders(auth: HttpAuth): Record<string, string> {
  switch (auth.type) {
    case 'basic':
      return { authorization: `Basic ${basicText(auth.username, auth.password)}` }
    case 'bearer':
      return { authorization: `Bearer ${auth.token.reveal()}` }
    case 'api-key':
      return { [(auth.header ?? 'x-api-key').toLowerCase()]: auth.key.reveal() }
    default:
      return { authorization: `${auth.scheme} ${auth.token.reveal()}` }
  }
}

/** Every text that must not stand in a message: the secret itself, and the form in which it is sent. */
export function secretTexts(auth: HttpAuth): readonly string[] {
  switch (auth.type) {
    case 'basic':
      return [basicText(auth.username, auth.password), auth.password.reveal()]
    case 'api-key':
      return [auth.key.reveal()]
    default:
      return [auth.token.reveal()]
  }
}

function basicText(username: string, password: Secret): string {
  return Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')
}
