import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runOf, servePipeline, type Served } from './given.ts'

let served: Served
let streams: ReadableStreamDefaultReader<Uint8Array>[]

beforeEach(async () => {
  served = await servePipeline()
  streams = []
})
afterEach(async () => {
  for (const stream of streams) await stream.cancel()
  await served.close()
})

/** What the page of this address listens to. */
async function listenTo(path: string): Promise<() => Promise<string>> {
  const [, live = ''] = /data-live="([^"]+)"/.exec(await served.page(path)) ?? []
  const answer = await served.ask(live.replaceAll('&amp;', '&'))
  if (answer.body === null) throw new Error('no stream')
  const reader = answer.body.getReader()
  streams.push(reader)
  return async () => new TextDecoder().decode((await reader.read()).value)
}

describe('the stream of a page', () => {
  it('says at once what changed between the making of the page and its own beginning', async () => {
    const page = await served.page('/')
    const live = /data-live="([^"]+)"/.exec(page)?.[1] ?? ''
    await served.project.store.variables.set('n', 1)

    const answer = await served.ask(live)
    const reader = answer.body?.getReader()
    if (reader === undefined) throw new Error('no stream')
    streams.push(reader)

    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^event: changed\n/)
  })

  it('says that something changed, and nothing while nothing did', async () => {
    const next = await listenTo('/')

    expect(await next()).toBe(': still here\n\n')
    await served.project.store.variables.set('n', 1)
    expect(await next()).toMatch(/^event: changed\n/)
  })

  it('of a run that has ended is moved by nothing else', async () => {
    await served.send('/flows/failing/run', {})
    await served.work()
    const next = await listenTo(await runOf(served, 'failing'))

    expect(await next()).toBe(': still here\n\n')
    await served.project.store.variables.set('n', 1)
    expect(await next()).toBe(': still here\n\n')
  })

  it('of a run that goes on tells of its end', async () => {
    await served.send('/flows/failing/run', {})
    const next = await listenTo(await runOf(served, 'failing'))

    expect(await next()).toBe(': still here\n\n')
    await served.work()
    expect(await next()).toMatch(/^event: changed\n/)
  })
})
