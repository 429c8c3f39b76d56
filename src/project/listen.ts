/** One web server, on this machine alone unless another address is named. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UsageError } from '../base/errors.ts'

export interface Served {
  /** `http://127.0.0.1:49152` */
  readonly address: string
  /** Ends every connection, also those that are kept open. */
  stop(): Promise<void>
}

/** What answers: a Hono app, or anything else with a `fetch`. */
export interface Answering {
  fetch(request: Request): Response | Promise<Response>
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** 0 for any free one. */
  readonly port: number
}

const LOOPBACK = '127.0.0.1'

/** @throws UsageError `cli/usage` when the port is taken, or the address may not be used */
export async function listen(app: Answering, { host = LOOPBACK, port }: ListenOptions): Promise<Served> {
  const { createAdaptorServer } = await import('@hono/node-server')
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(host, port, error)))
    server.listen(port, host, () => {
      const { port: given } = server.address() as AddressInfo
      const shown = host.includes(':') ? `[${host}]` : host
      resolve({ address: `http://${shown}:${given}`, stop: () => stop(server) })
    })
  })
}

/** Whether an address is one that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): UsageError {
  const where = isLoopback(host) ? 'of this machine' : `at ${host}`
  const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code ?? error.message})`
  return new UsageError('cli/usage', `port ${port} ${where} ${why}`, {
    hint: 'choose another one with --port, or leave it out for any free one',
    cause: error,
    details: { host, port, reason: error.code ?? null },
  })
}
