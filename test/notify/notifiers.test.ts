import { slackHandlers } from 'd2flow/fixtures/slack'
import { webhookHandlers } from 'd2flow/fixtures/webhook'
import { CustomWebhook, openSlack, openWebhook, SlackWebhook, type Notifier } from 'd2flow/notify'
import { mockNetwork } from '../../src/testing/mock-network.ts'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { toFailure } from '../../src/base/failure.ts'

const slack = slackHandlers()
const sink = webhookHandlers({ origin: 'http://sink.test' })
const network = mockNetwork(...slack.handlers, ...sink.handlers)

beforeAll(() => network.enable())
afterEach(() => {
  slack.clear()
  sink.clear()
})
afterAll(() => network.disable())

const HOOK = 'https://hooks.slack.com/services/T000/B000/sEcReTpAtH'

describe('Slack', () => {
  it('F079 posts one message with subject and body', async () => {
    await openSlack(SlackWebhook.parse({ url: HOOK })).send({ subject: 'Flow Failed', body: 'boom' })

    expect(slack.messages.map(({ text }) => text)).toEqual(['*Flow Failed*\nboom'])
  })

  it('F082 raises one error when the message is refused, with what to do', async () => {
    slack.answerNext({ status: 404, body: 'no_service' })

    const sending = openSlack(SlackWebhook.parse({ url: HOOK })).send({ subject: 'S', body: 'B' })

    await expect(sending).rejects.toMatchObject({
      code: 'notify/refused',
      retryable: false,
      message: 'the Slack webhook answered 404: no_service',
      hint: expect.stringContaining('removed'),
    })
  })

  it('waits as long as Slack asks before it tries again', async () => {
    slack.answerNext({ status: 429, body: 'rate_limited', retryAfterSeconds: 30 })

    const sending = openSlack(SlackWebhook.parse({ url: HOOK })).send({ subject: 'S', body: 'B' })

    await expect(sending).rejects.toMatchObject({ retryable: true, retryAfterMs: 30_000 })
  })

  it('F081 shows the address of the webhook nowhere, also when it fails', async () => {
    slack.answerNext({ status: 500, body: `cannot post to ${HOOK}` })
    const settings = SlackWebhook.parse({ url: HOOK })

    const error: unknown = await openSlack(settings)
      .send({ subject: 'S', body: 'B' })
      .catch((caught: unknown) => caught)

    for (const text of [
      inspect(error),
      inspect(settings),
      JSON.stringify(settings),
      JSON.stringify(toFailure(error)),
    ]) {
      expect(text).not.toContain('sEcReTpAtH')
    }
  })
})

describe('a custom webhook', () => {
  const settings = {
    name: 'ops',
    url: 'http://sink.test/notify?token={{api_token}}',
    method: 'PUT',
    jsonData: { title: '{{subject}}', text: '{{body}}', from: '{{name}}' },
    headers: { authorization: 'Bearer {{api_token}}' },
    secrets: { api_token: 'xyz/789' },
  } as const

  it('F080 F084 sends the method, body and headers it is told, with secrets filled in', async () => {
    await openWebhook(CustomWebhook.parse(settings)).send({ subject: 'a/b', body: 'He said "hi"\n{{api_token}}' })

    const [request] = sink.received
    expect(request).toMatchObject({ method: 'PUT', path: '/notify', query: { token: 'xyz/789' } })
    expect(request?.headers['authorization']).toBe('Bearer xyz/789')
    expect(JSON.parse(request?.body ?? '')).toEqual({ title: 'a/b', text: 'He said "hi"\n{{api_token}}', from: 'ops' })
  })

  it('F080 posts unless told otherwise', async () => {
    await openWebhook(CustomWebhook.parse({ url: 'http://sink.test/x', jsonData: {} })).send({
      subject: 'S',
      body: 'B',
    })

    expect(sink.received[0]?.method).toBe('POST')
  })

  it('F087 refuses a placeholder that will never have a value', () => {
    const open = () => openWebhook(CustomWebhook.parse({ url: 'http://sink.test', jsonData: { x: '{{nope}}' } }))

    expect(open).toThrow(
      expect.objectContaining({ code: 'config/block-invalid', message: expect.stringContaining('nope') }),
    )
  })

  it('F078 is used like any other notifier', async () => {
    const tell = async (notifier: Notifier) => notifier.send({ subject: 'S', body: 'B' })

    await tell(openSlack(SlackWebhook.parse({ url: HOOK })))
    await tell(openWebhook(CustomWebhook.parse({ url: 'http://sink.test/x', jsonData: {} })))

    expect([slack.messages.length, sink.received.length]).toEqual([1, 1])
  })

  it('says that it could not be reached, without its secrets', async () => {
    const lost = openWebhook(CustomWebhook.parse({ ...settings, url: 'http://127.0.0.1:1/hook/{{api_token}}' }))

    await expect(lost.send({ subject: 'S', body: 'B' })).rejects.toMatchObject({
      code: 'notify/refused',
      retryable: true,
      message: expect.not.stringContaining('789'),
    })
  })
})
