/**
 * Do the services that we depend on answer?
 *
 * A request is a task like any other: `fetch` with a time limit, an error for an error status, and the body read as JSON.
 * A health check has a shorter limit, and its failure is an answer, not an end. With `base` empty a small service on this
 * machine answers (sample data), so that nothing has to be reached.
 */
import { flow, HttpError, table, task, type JsonValue } from 'd2flow'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const REQUEST_MS = 10_000
const HEALTH_MS = 5_000

interface Request {
  readonly url: string
  /** Sent with POST when it is there. */
  readonly body?: JsonValue | undefined
  readonly timeoutMs?: number
}

/** GET, or POST when there is a body; gives the JSON of the answer. */
export const requestJson = task({
  name: 'request-json',
  retry: { attempts: 3, delaysMs: [2_000, 5_000], when: (error) => error instanceof HttpError && error.retryable },
  async run({ url, body, timeoutMs = REQUEST_MS }: Request, ctx) {
    const text = await answerText({ url, body, signal: ctx.signal, timeoutMs })
    try {
      return JSON.parse(text) as JsonValue
    } catch (cause) {
      throw new HttpError('http/shape', `${url} answered with something that is not JSON: "${text.slice(0, 40)}"`, {
        hint: 'is the address that of the API?',
        cause,
      })
    }
  },
})

export const httpTasks = flow({
  name: 'http-tasks',
  params: z.object({
    base: z
      .union([z.literal(''), z.url({ protocol: /^https?$/ })])
      .default('')
      .describe('address of the service; empty: a small one on this machine'),
    paths: z.array(z.string().startsWith('/')).min(1).default(['/health', '/gone']).describe('what is checked'),
  }),
  async run({ base, paths }, ctx) {
    const service = base === '' ? await startSampleService() : { base, stop: () => {} }
    try {
      const checks = await Promise.all(
        paths.map(async (path) => {
          const { state, error } = await requestJson.settle({ url: `${service.base}${path}`, timeoutMs: HEALTH_MS })
          return { path, healthy: state.type === 'completed', says: error === undefined ? 'ok' : messageOf(error) }
        }),
      )
      const echoed = base === '' ? await requestJson({ url: `${service.base}/echo`, body: { reports: 3 } }) : null
      const marked = base === '' ? 'Sample data: ' : ''
      const unhealthy = checks.filter(({ healthy }) => !healthy).length
      await ctx.publish(table('http-tasks', checks, `${marked}${unhealthy} of ${checks.length} do not answer well`))
      return { checked: checks.length, unhealthy, echoed }
    } finally {
      service.stop()
    }
  },
})

interface Asked extends Request {
  readonly body: JsonValue | undefined
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** @throws HttpError `http/timeout`, `http/network`, `http/status` */
async function answerText({ url, body, signal, timeoutMs }: Asked): Promise<string> {
  const timeUp = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(url, {
      signal: AbortSignal.any([signal, timeUp]),
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (answer.ok) return await answer.text()
    throw new HttpError('http/status', `${url} answered ${answer.status}`, {
      hint: answer.status === 404 ? 'is the path right?' : 'see the log of the service',
      details: { status: answer.status },
      retryable: answer.status >= 500 || answer.status === 408 || answer.status === 429,
    })
  } catch (cause) {
    if (cause instanceof HttpError) throw cause
    signal.throwIfAborted()
    if (timeUp.aborted) {
      throw new HttpError('http/timeout', `${url} did not answer within ${timeoutMs / 1_000} s`, {
        hint: 'is the service busy? try again later',
        retryable: true,
        cause,
      })
    }
    throw new HttpError('http/network', `${url} cannot be reached`, {
      hint: 'check the address and the network',
      retryable: true,
      cause,
    })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/https?:\/\/[^/]+/, '') : String(error)
}

/** Answers on a free port of this machine: /health is well, /echo says what it was sent, all else is not there. */
async function startSampleService(): Promise<{ readonly base: string; readonly stop: () => void }> {
  const server = createServer((request, answer) => {
    answer.setHeader('content-type', 'application/json')
    if (request.url === '/health') answer.end('{"status":"ok"}')
    else if (request.url === '/echo') request.pipe(answer)
    else answer.writeHead(404).end('{"message":"not there"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
