import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { http, HttpResponse } from 'msw'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { mockNetwork } from '../../src/testing/mock-network.ts'

const network = mockNetwork(http.get('https://api.test/word', () => HttpResponse.json('first')))

beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

describe('the mock network', () => {
  it('answers fetch and undici alike, also through an agent', async () => {
    const dispatcher = new Agent()

    const answers = await Promise.all([
      fetch('https://api.test/word').then((answer) => answer.json()),
      request('https://api.test/word').then((answer) => answer.body.json()),
      request('https://api.test/word', { dispatcher }).then((answer) => answer.body.json()),
    ])

    expect(answers).toEqual(['first', 'first', 'first'])
  })

  it('forgets the handlers of a test when it is over', async () => {
    network.use(http.get('https://api.test/word', () => HttpResponse.json('second')))
    const during = await fetch('https://api.test/word').then((answer) => answer.json())

    network.resetHandlers()

    expect(during).toBe('second')
    expect(await fetch('https://api.test/word').then((answer) => answer.json())).toBe('first')
  })

  it('lets no request out that nobody answers, and says which it was', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})

    await expect(request('https://nobody.test/')).rejects.toThrow(/^(?!.*ENOTFOUND)/)

    expect(said).toHaveBeenCalledWith(expect.stringContaining('GET https://nobody.test/'))
    said.mockRestore()
  })

  it('lets loopback servers answer for themselves', async () => {
    const server = createServer((_, response) => response.end('real')).listen(0, '127.0.0.1')
    await new Promise((listening) => server.once('listening', listening))
    const { port } = server.address() as AddressInfo

    const answer = await request(`http://127.0.0.1:${port}/`)

    expect(await answer.body.text()).toBe('real')
    server.close()
  })
})
