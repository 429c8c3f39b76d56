/** What a server says about its own refusal, from whichever member of its JSON says it. For messages only. */

export interface ServerMessage {
  readonly text: string | undefined
  /** A code of the server's own, for example DHIS2's `E1003`. */
  readonly code: string | undefined
}

const LONGEST = 500

export function serverMessage(body: unknown): ServerMessage {
  if (typeof body === 'string') return { text: shortened(body), code: undefined }
  if (typeof body !== 'object' || body === null) return { text: undefined, code: undefined }
  const members = body as Readonly<Record<string, unknown>>
  // DHIS2: message; Open-Meteo: reason; RFC 9457: detail, title; others: error, or error.message
  const candidates = [members['message'], members['reason'], members['detail'], members['error'], members['title']]
  const text = candidates.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '')
  const nested = candidates.find((candidate) => typeof candidate === 'object' && candidate !== null)
  const code = members['errorCode'] ?? members['code']
  return {
    text: typeof text === 'string' ? shortened(text) : nested === undefined ? undefined : serverMessage(nested).text,
    code: typeof code === 'string' ? code : undefined,
  }
}

function shortened(text: string): string | undefined {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line === '') return undefined
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`
}
