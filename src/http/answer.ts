/** The body of an answer: of the type that was asked for, not empty, and of the shape that was promised. */
import type { z } from 'zod'
import { HttpError } from '../base/errors.ts'
import { readText } from './body-text.ts'
import type { HttpAnswer, HttpHeaders, HttpRequest } from './http-request.ts'
import { htmlGist, isLoginHtml } from './login-page.ts'
import type { Asked } from './network-error.ts'
import type { OpenAnswer } from './request.ts'

/** @throws HttpError `http/shape`, or `http/auth` when a login page came instead */
export async function readAnswer<T>(request: HttpRequest<T>, answer: OpenAnswer): Promise<HttpAnswer<T>> {
  try {
    const text = await readText(answer.body)
    const { status, headers } = answer
    if (text === '') {
      // dhis2.md rule 17: nothing at all where something was asked for is a failure, not "none"
      if (request.allowEmpty !== true && status !== 204) throw emptyError(answer)
      // the overload of send() says undefined to whoever allowed it
      return { status, headers, body: undefined as T }
    }
    const accept = request.accept ?? 'application/json'
    checkContentType(answer, accept, text)
    const value: unknown = isJson(accept) ? parseJson(answer, text) : text
    const accepted = status < 200 || status >= 300
    const body = request.schema === undefined || accepted ? (value as T) : shaped(answer, request.schema, value)
    return { status, headers, body }
  } finally {
    answer.deadline.stop()
  }
}

/**
 * @param text the body or its beginning
 * @throws HttpError `http/shape` or `http/auth` when HTML came, or another type than was asked for
 */
export function checkContentType(answer: OpenAnswer, accept: string, text: string): void {
  const type = mediaType(answer.headers)
  const html = type.includes('html') || (type === '' && /^\s*<(!doctype|html)/i.test(text))
  if (html && !accept.includes('html')) {
    if (isLoginHtml(text)) {
      throw new HttpError(
        'http/auth',
        `${answer.asked.method} ${answer.asked.url} answered ${answer.status} with a login page ("${htmlGist(answer.mask(text))}")`,
        {
          hint: 'the server does not take these credentials: check the saved block, and that the base address is the API',
          details: { ...factsOf(answer), contentType: type },
        },
      )
    }
    throw wrongType(answer, accept, type, `"${htmlGist(answer.mask(text))}"`)
  }
  if (type !== '' && !isAccepted(type, accept))
    throw wrongType(answer, accept, type, `"${answer.mask(text).slice(0, 80)}"`)
}

/** Plain text and bytes of no named type are how file servers hand out JSON and CSV: the parser decides. */
function isAccepted(type: string, accept: string): boolean {
  if (accept.includes('*/*') || type === 'text/plain' || type.endsWith('/octet-stream')) return true
  return accept.split(',').some((one) => {
    const wanted = one.split(';')[0]?.trim().toLowerCase() ?? ''
    if (isJson(wanted)) return isJson(type)
    return (
      wanted === type || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1))) || sameFormat(wanted, type)
    )
  })
}

/** `application/csv` and `text/csv`, `application/xml` and `text/xml` are the same thing under two names. */
function sameFormat(a: string, b: string): boolean {
  return a.split('/')[1] === b.split('/')[1]
}

function isJson(type: string): boolean {
  return /[/+]json\b/i.test(type)
}

function mediaType(headers: HttpHeaders): string {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
}

function parseJson(answer: OpenAnswer, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // its message would quote the body
    throw new HttpError(
      'http/shape',
      `${answer.asked.method} ${answer.asked.url} answered ${answer.status} with a body of ${text.length} characters that is not JSON`,
      {
        hint: 'the answer was cut off or is no JSON: try again, or open the address in a browser',
        details: factsOf(answer),
      },
    )
  }
}

function shaped<T>(answer: OpenAnswer, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw shapeError(answer, parsed.error)
}

/** An answer that does not have the promised members, naming the first that is wrong. */
export function shapeError(answer: Pick<OpenAnswer, 'asked' | 'status'>, error: z.ZodError): HttpError {
  const [issue] = error.issues
  const field = issue === undefined || issue.path.length === 0 ? 'the body' : `"${issue.path.join('.')}"`
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : ''
  return new HttpError(
    'http/shape',
    `${answer.asked.method} ${answer.asked.url} answered something else than expected: ${field}: ${issue?.message ?? 'invalid'}${more}`,
    {
      hint: 'the server is of another version than expected, or the address is not the one of this API',
      details: { ...factsOf(answer), field: issue?.path.join('.') ?? '' },
      cause: error,
    },
  )
}

function emptyError(answer: OpenAnswer): HttpError {
  return new HttpError(
    'http/shape',
    `${answer.asked.method} ${answer.asked.url} answered ${answer.status} with an empty body`,
    {
      hint: 'the account may not see what was asked for, or a proxy swallowed the answer: check the rights of the account',
      details: { ...factsOf(answer), empty: true },
    },
  )
}

function wrongType(
  answer: Pick<OpenAnswer, 'asked' | 'status'>,
  accept: string,
  type: string,
  gist: string,
): HttpError {
  return new HttpError(
    'http/shape',
    `${answer.asked.method} ${answer.asked.url} answered ${answer.status} with ${type === '' ? 'HTML' : type} where ${accept} was asked for: ${gist}`,
    {
      hint: 'the address is not the one of the API, or a proxy answered instead of the server',
      details: { ...factsOf(answer), contentType: type },
    },
  )
}

function factsOf({ asked, status }: { readonly asked: Asked; readonly status: number }): Record<string, unknown> {
  return { url: asked.url, method: asked.method, status }
}
