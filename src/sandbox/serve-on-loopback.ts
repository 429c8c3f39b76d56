/** One web server for this machine only. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { UsageError } from '../base/errors.ts'

const HOST = '127.0.0.1'

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

/**
 * @param port 0 for any free one
 * @throws UsageError `cli/usage` when the port is taken or may not be used
 */
export function serveOnLoopback(app: Answering, port: number): Promise<Served> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(port, error)))
    server.listen(port, HOST, () => {
      const { port: given } = server.address() as AddressInfo
      resolve({ address: `http://${HOST}:${given}`, stop: () => stop(server) })
    })
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function cannotListen(port: number, error: NodeJS.ErrnoException): UsageError {
  const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code ?? error.message})`
  return new UsageError('cli/usage', `port ${port} of this machine ${why}`, {
    hint: 'choose another one with --port, or leave it out for any free one',
    cause: error,
    details: { port, reason: error.code ?? null },
  })
}
