/** The pages on commands, requests, limits of time, schedules and telling people. */
import { jsonBlock, secretBlock } from 'd2flow'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { slackHandlers } from 'd2flow/fixtures/slack'
import { webhookHandlers } from 'd2flow/fixtures/webhook'
import { dhis2EnvConfig } from 'd2flow/flows/operations/dhis2-env-config'
import { flowServe } from 'd2flow/flows/operations/flow-serve'
import { httpTasks, requestJson } from 'd2flow/flows/operations/http-tasks'
import { notificationBlocks } from 'd2flow/flows/operations/notification-blocks'
import { schedules } from 'd2flow/flows/operations/schedules'
import { runShell, shellTasks } from 'd2flow/flows/operations/shell-tasks'
import { outcomeOf, slaMonitoring } from 'd2flow/flows/operations/sla-monitoring'
import { customWebhook, slackWebhook } from 'd2flow/notify'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

describe('shell-tasks', () => {
  it('F146 F147 gives what commands say, without the white space around it', async () => {
    const { result } = await runFlow(shellTasks, { commands: ['echo hi', "printf '  x \\n'"] })

    expect(result).toEqual({ outputs: ['hi', 'x'] })
  })

  it('F146 fails with the exit code and the words of the command', async () => {
    const { state } = await runFlow(shellTasks, { commands: ['echo "no such table" >&2; exit 3'] })

    expect(state.type).toBe('failed')
    expect(state.message).toMatch(/ended with exit code 3: no such table/)
  })

  it('F149 needs no class of operators', () => {
    expect(typeof runShell.fn).toBe('function')
    expect(typeof requestJson.fn).toBe('function')
  })
})

describe('http-tasks', () => {
  let stop = () => {}
  afterEach(() => stop())

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).unref()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stop = () => server.closeAllConnections()
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('takes a service that is not well for an answer, and goes on', async () => {
    const { state, result, artifacts } = await runFlow(httpTasks, {})

    expect(state.type).toBe('completed')
    expect(result).toEqual({ checked: 2, unhealthy: 1, echoed: { reports: 3 } })
    expect(artifacts[0]?.content).toMatchObject({
      rows: [
        { path: '/health', healthy: true },
        { path: '/gone', healthy: false, says: expect.stringContaining('404') },
      ],
    })
  })

  it('F148 reads JSON, names an error status, and says when an answer is no JSON', async () => {
    const base = await serve((request, answer) => {
      if (request.url === '/well') answer.end('{"a":1}')
      else if (request.url === '/page') answer.end('<html>')
      else answer.writeHead(404).end('{}')
    })
    const ask = (path: string) => requestJson.settle({ url: base + path })

    expect((await ask('/well')).result).toEqual({ a: 1 })
    expect((await ask('/gone')).error).toMatchObject({ code: 'http/status', details: { status: 404 } })
    expect((await ask('/page')).error).toMatchObject({ code: 'http/shape', message: expect.stringContaining('<html>') })
  })

  it.each([
    [404, 1],
    [400, 1],
    [408, 3],
    [429, 3],
    [503, 3],
  ])('R23 a status of %i is asked for %i times', async (status, times) => {
    let asked = 0
    const base = await serve((_, answer) => {
      asked += 1
      answer.writeHead(status).end('{}')
    })

    const { result } = await runFlow(httpTasks, { base, paths: ['/status'] })

    expect(result).toMatchObject({ checked: 1, unhealthy: 1 })
    expect(asked).toBe(times)
  })

  it('F148 gives up on a service that does not answer in time', async () => {
    const base = await serve(() => {})

    const waiting = requestJson.fn({ url: base, timeoutMs: 50 })

    await expect(waiting).rejects.toMatchObject({ code: 'http/timeout', retryable: true })
  })

  it('says that nothing listens', async () => {
    await expect(requestJson.fn({ url: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'http/network' })
  })
})

describe('sla-monitoring', () => {
  it('marks what took longer than its limit, and is not green then', async () => {
    const { state, result, artifacts } = await runFlow(slaMonitoring, {})

    expect(state.name).toBe('CompletedWithErrors')
    expect(result).toEqual({ breaches: ['transform'] })
    expect(artifacts[0]?.content).toMatchObject({
      rows: [
        { stage: 'extract', tookMs: 120, limitMs: 500, outcome: 'OK' },
        { stage: 'transform', tookMs: 620, limitMs: 500, outcome: 'BREACH' },
        { stage: 'load', tookMs: 700, limitMs: 1_000, outcome: 'OK' },
      ],
    })
  })

  it.each([
    [500, 'OK'],
    [500.001, 'BREACH'],
    [0, 'OK'],
  ])('holds %d ms against a limit of 500 ms: %s', (tookMs, outcome) => {
    expect(outcomeOf(tookMs, 500)).toBe(outcome)
  })
})

describe('schedules', () => {
  it('shows three kinds over a clock change', async () => {
    const { artifacts } = await runFlow(schedules, {})

    expect(artifacts[0]?.content).toMatchObject({
      rows: [
        // the night on which 02:30 does not exist: an hour later
        { utc: '2026-03-28T01:30:00.000Z' },
        { utc: '2026-03-29T01:30:00.000Z', local: '2026-03-29 03:30' },
        { utc: '2026-03-30T00:30:00.000Z' },
        { utc: '2026-03-28T12:00:00.000Z' },
        { utc: '2026-03-29T00:00:00.000Z' },
        { utc: '2026-03-29T12:00:00.000Z' },
        { local: expect.stringContaining('2026-03-30') },
        { local: expect.stringContaining('2026-04-02') },
        { local: expect.stringContaining('2026-04-06') },
      ],
    })
  })
})

describe('flow-serve', () => {
  it('tells a run by hand from one of a deployment that began late', async () => {
    const byHand = await runFlow(flowServe, {})
    const late = await runFlow(
      flowServe,
      { patienceMs: 1_000 },
      { dueAt: '2025-12-31T23:59:00Z', deployment: { id: 'd', name: 'every-minute', scheduleSlug: 'schedule-1' } },
    )

    expect(byHand.result).toEqual({ askedBy: null, lateMs: 0 })
    expect(late.result).toEqual({ askedBy: 'every-minute', lateMs: 60_000 })
    expect(late.logs.map(({ level }) => level)).toContain('warn')
  })
})

describe('notification-blocks', () => {
  const slack = slackHandlers()
  const webhook = webhookHandlers()
  const network = mockNetwork(...slack.handlers, ...webhook.handlers)
  beforeAll(() => network.enable())
  afterAll(() => network.disable())
  afterEach(() => slack.clear())

  const blocks = () => [{ block: slackWebhook, name: 'prod-slack', values: { url: slack.webhookUrl } }]

  it('R13 F089 tells of a success and of a failure, never of both', async () => {
    await runFlow(notificationBlocks, {}, { blocks: blocks() })
    const afterSuccess = slack.messages.map(({ text }) => text ?? '')
    slack.clear()
    const { run } = await runFlow(notificationBlocks, { fails: true }, { blocks: blocks() })

    expect(afterSuccess).toEqual([expect.stringContaining('Flow Completed')])
    expect(slack.messages.map(({ text }) => text ?? '')).toEqual([
      expect.stringMatching(new RegExp(`CRITICAL: Flow '${run.name}' failed: .*no report came from District B`)),
    ])
  })

  it('R13 F093 keeps the outcome of the run when nobody can be told, and the log says so', async () => {
    const { state, logs } = await runFlow(notificationBlocks, { fails: true })

    expect(state).toMatchObject({ type: 'failed', message: expect.stringContaining('District B') })
    expect(logs.filter(({ message }) => message.startsWith('not told:'))).toHaveLength(2)
  })

  it('shows what is sent as data, filled in once, secrets as stars', async () => {
    const { artifacts } = await runFlow(
      notificationBlocks,
      { webhook: 'ops' },
      {
        open: (block) => (block.slug === customWebhook.slug ? { send: () => Promise.resolve() } : undefined),
      },
    )

    const { rows = [] } = (artifacts[0]?.content ?? {}) as unknown as { rows?: { sent: string }[] }
    expect(rows[0]?.sent).toBe('https://ops.example.org/notify?token=***')
    expect(JSON.parse(rows[1]?.sent ?? '')).toEqual({
      title: 'Flow Completed',
      text: 'He said "hi" & {{api_token}}',
      source: 'ops',
      tags: ['d2flow', 'ops'],
    })
  })
})

describe('dhis2-env-config', () => {
  afterEach(() => vi.unstubAllEnvs())

  const saved = [
    { block: dhis2, name: 'dhis2', values: { baseUrl: 'https://a.test', username: 'u', password: 'block-password' } },
    { block: secretBlock, name: 'dhis2-password', values: { value: 'secret-password' } },
    { block: jsonBlock, name: 'dhis2-config', values: { value: { baseUrl: 'https://d.test', username: 'json-user' } } },
  ]
  const from = (result: { settings: readonly { setting: string; from: string }[] } | undefined) =>
    Object.fromEntries((result?.settings ?? []).map(({ setting, from: source }) => [setting, source]))

  it('F235 F236 F238 F239 takes the first source that is there, setting by setting', async () => {
    vi.stubEnv('DHIS2_BASE_URL', 'https://c.test')
    vi.stubEnv('DHIS2_PASSWORD', 'environment-password')

    const all = await runFlow(dhis2EnvConfig, {}, { blocks: saved })
    const withoutBlock = await runFlow(dhis2EnvConfig, {}, { blocks: saved.slice(1) })

    expect(all.result?.strategies).toBe(4)
    expect(from(all.result)).toEqual({ baseUrl: '1 dhis2 block', username: '1 dhis2 block', password: '1 dhis2 block' })
    expect(from(withoutBlock.result)).toEqual({
      baseUrl: '3 environment',
      username: '4 json block',
      password: '2 secret block',
    })
  })

  it('F237 uses the environment when it is set, the fallback when not, and shows neither', async () => {
    const without = await runFlow(dhis2EnvConfig, {})
    vi.stubEnv('DHIS2_PASSWORD', 'environment-password')
    const withIt = await runFlow(dhis2EnvConfig, {})

    expect(from(without.result)).toMatchObject({ password: 'demo server' })
    expect(from(withIt.result)).toMatchObject({ password: '3 environment' })
    expect(JSON.stringify([withIt.result, withIt.logs, withIt.artifacts])).not.toContain('environment-password')
  })

  it('shows no secret of any source', async () => {
    const { result, logs, artifacts } = await runFlow(dhis2EnvConfig, {}, { blocks: saved })

    expect(JSON.stringify([result, logs, artifacts])).not.toMatch(/block-password|secret-password/)
  })
})
