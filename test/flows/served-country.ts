/** A fake DHIS2 with a small country on loopback, whose requests a test can watch. */
import { serve, type ServerType } from '@hono/node-server'
import { createDhis2App } from 'd2flow/fixtures/dhis2'
import type { AddressInfo } from 'node:net'
import { loadCountry } from '../../fixtures/dhis2/country/index.ts'
import { createState, type Personality, type ServerState } from '../../fixtures/dhis2/state.ts'

export interface ServedCountry {
  readonly address: string
  readonly state: ServerState
  /** What is stored, without times: one line per value, sorted. */
  content(): string[]
  stop(): Promise<void>
}

export interface Watched {
  readonly method: string
  readonly path: string
  /** From 1. */
  readonly number: number
}

export interface ServedCountryOptions {
  readonly personality: Personality
  /** Before the server has seen the request; what it answers goes in place of the server's answer. */
  readonly before?: (request: Watched) => void
  /** After the server has done what it was asked, before anybody hears of it. */
  readonly after?: (request: Watched) => void
}

export async function serveCountry({ personality, before, after }: ServedCountryOptions): Promise<ServedCountry> {
  const state = createState(personality)
  loadCountry(state, { size: 'small' })
  const { app } = createDhis2App({ personality, state })
  let number = 0
  const server = await new Promise<ServerType>((resolve) => {
    const made: ServerType = serve(
      {
        port: 0,
        hostname: '127.0.0.1',
        async fetch(request) {
          number += 1
          const watched = { method: request.method, path: new URL(request.url).pathname, number }
          before?.(watched)
          const answer = await app.fetch(request)
          after?.(watched)
          return answer
        },
      },
      () => resolve(made),
    )
  })
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    state,
    content: () => [...state.values].map(([key, { value, deleted }]) => `${key} ${value} ${deleted}`).toSorted(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
