/** Recorded answers as handlers of the mock network. */
import { http, type RequestHandler } from 'msw'
import { recording, type RecordedServer } from './recordings.ts'

export const SERVER = 'https://dhis2.test'

interface RecordedAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body: unknown
}

/** The answer as it was, with the masked address of the server filled in. */
export function recordedResponse({ status, headers = {}, body }: RecordedAnswer): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const kept = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withServer(value)]))
  return new Response(text === '' ? null : withServer(text), { status, headers: kept })
}

/** Answers the recorded path with the recorded answer, and lists of ids with all that were asked for. */
export function replays(server: RecordedServer, name: string): RequestHandler {
  const { request, response } = recording(server, name) as unknown as {
    readonly request: { readonly path: string }
    readonly response: RecordedAnswer
  }
  return http.all(`${SERVER}${request.path}`, () => recordedResponse(response))
}

/** Every list holds every id that is asked for, but those named. */
export function knowsAllIdsBut(...unknown: readonly string[]): RequestHandler {
  return http.get(`${SERVER}/api/:list`, ({ request, params }) => {
    const url = new URL(request.url)
    const [, ids = ''] = /^id:in:\[(.*)\]$/.exec(url.searchParams.get('filter') ?? '') ?? []
    if (ids === '') return undefined
    const found = ids.split(',').filter((id) => !unknown.includes(id))
    return Response.json({ [String(params['list'])]: found.map((id) => ({ id })) })
  })
}

function withServer(text: string): string {
  return text.replaceAll('{server}', SERVER)
}
