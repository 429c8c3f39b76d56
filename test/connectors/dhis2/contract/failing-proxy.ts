/** Stands between the client and a server, and fails where it is told to. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { request as forward } from 'undici'
import type { OpenServer } from './servers.ts'

export interface ProxiedImport {
  /** Counted from 1. */
  readonly number: number
  readonly rows: readonly { readonly value: string; readonly orgUnit: string; readonly period: string }[]
}

/** What an import gets instead of the server's answer, and whether the server hears of it. */
export interface Failure {
  readonly status: number
  readonly message: string
  readonly reachesServer: boolean
}

export interface FailingProxy extends OpenServer {
  /** The rows of each import that came. */
  readonly imports: ProxiedImport[]
}

export async function startFailingProxy(
  target: OpenServer,
  failureOf: (imported: ProxiedImport) => Failure | null = () => null,
): Promise<FailingProxy> {
  const imports: ProxiedImport[] = []
  const proxy = createServer((incoming, outgoing) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
      const failure = isImport(incoming) ? failureOf(noted(body, incoming)) : null
      if (failure === null || failure.reachesServer) {
        const answer = await forward(`${target.url}${incoming.url}`, {
          method: (incoming.method ?? 'GET') as 'GET',
          headers: passedOn(incoming.headers),
          body: body.length === 0 ? null : body,
        })
        const bytes = Buffer.from(await answer.body.arrayBuffer())
        if (failure === null) {
          outgoing.writeHead(answer.statusCode, passedOn(answer.headers))
          outgoing.end(bytes)
          return
        }
      }
      outgoing.writeHead(failure.status, { 'content-type': 'application/json' })
      outgoing.end(JSON.stringify({ httpStatusCode: failure.status, status: 'ERROR', message: failure.message }))
    })()
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })

  function noted(body: Buffer, { headers }: IncomingMessage): ProxiedImport {
    const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
    const imported = {
      number: imports.length + 1,
      rows: (JSON.parse(text) as { dataValues: ProxiedImport['rows'] }).dataValues,
    }
    imports.push(imported)
    return imported
  }

  return {
    ...target,
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    imports,
    async stop() {
      proxy.closeAllConnections()
      await new Promise((resolve) => {
        proxy.close(resolve)
      })
    },
  }
}

function isImport({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && url.includes('/dataValueSets')
}

function passedOn(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const left = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined || left.has(name) ? [] : [[name, value]])),
  )
}
