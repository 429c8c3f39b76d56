/**
 * A network for tests that is not there: what a handler answers is answered, everything else is an error.
 *
 * It takes the place of the sockets, so that `fetch`, undici and whatever is built on them are all met. Loopback
 * servers are let through. Needs the packages `msw` and `@mswjs/interceptors`.
 */
import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import type { RequestHandler } from 'msw'
import { defineNetwork, InterceptorSource } from 'msw/experimental'
import { AsyncHandlersController } from 'msw/node'

export interface MockNetwork {
  enable(): void
  /** Handlers for the present test; they come before those the network was made with. */
  use(...handlers: RequestHandler[]): void
  /** Forgets what `use` added. */
  resetHandlers(): void
  disable(): void
}

/**
 * @example
 * const network = mockNetwork()
 * beforeAll(() => network.enable())
 * afterEach(() => network.resetHandlers())
 * afterAll(() => network.disable())
 */
export function mockNetwork(...handlers: RequestHandler[]): MockNetwork {
  const network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
    handlers: new AsyncHandlersController(handlers),
    onUnhandledFrame({ frame, defaults }) {
      const { request } = frame.data as { readonly request?: Request }
      if (request !== undefined && isLoopback(request.url)) return
      // this prints which request it was, and would then let it out to the real network
      defaults.error()
      throw Response.error()
    },
    context: { quiet: true },
  })
  return {
    enable: () => network.enable(),
    use: (...more) => network.use(...more),
    resetHandlers: () => network.resetHandlers(),
    disable: () => network.disable(),
  }
}

function isLoopback(url: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(url).hostname)
}
