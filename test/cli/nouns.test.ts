/** The nouns of the command line beside runs and deployments, as a person and as a script use them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { d2flow } from './command.ts'

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-nouns-'))
})

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

async function json<T>(...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await d2flow(['--json', ...args], { cwd })
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

async function fails(...args: string[]): Promise<{ code: string; hint: string; exitCode: number | null }> {
  const { exitCode, stderr } = await d2flow(['--json', ...args], { cwd })
  return { ...(JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { code: string; hint: string }), exitCode }
}

describe('d2flow variable', () => {
  it('sets, lists, gets and unsets, and overwrites only when told', async () => {
    await json('variable', 'set', 'batch_size', '100')
    await json('variable', 'set', 'code', '0042', '--text')

    expect(await fails('variable', 'set', 'batch_size', '25')).toMatchObject({ exitCode: 2, code: 'store/stale' })
    expect(await json('variable', 'ls')).toMatchObject({
      variables: [
        { name: 'batch_size', value: 100 },
        { name: 'code', value: '0042' },
      ],
    })
    await json('variable', 'unset', 'code')
    expect(await fails('variable', 'get', 'code')).toMatchObject({ exitCode: 2, code: 'config/params' })
    expect(await fails('variable', 'set', 'Batch Size', '1')).toMatchObject({ exitCode: 2, code: 'config/params' })
  })
})

describe('d2flow artifact', () => {
  it('shows what was published under a key, version by version', async () => {
    await json('run', 'hello', '-p', 'name=Ana')
    await json('run', 'hello', '-p', 'name=Ben')

    expect(await json('artifact', 'ls')).toMatchObject({ artifacts: [{ key: 'hello', text: 'Hello Ben.' }] })
    expect(await json('artifact', 'versions', 'hello')).toMatchObject({ versions: [{ version: 2 }, { version: 1 }] })
    expect(await json('artifact', 'inspect', 'hello', '--version-number', '1')).toMatchObject({
      version: 1,
      of: 2,
      artifact: { text: 'Hello Ana.' },
    })
    expect(await fails('artifact', 'inspect', 'hallo')).toMatchObject({ hint: 'did you mean "hello"?', exitCode: 2 })
    expect(await fails('artifact', 'inspect', 'hello', '--version-number', '3')).toMatchObject({ code: 'cli/usage' })
  })
})

describe('d2flow limit', () => {
  it('makes slots and rates, resizes and deletes them', async () => {
    await json('limit', 'create', 'dhis2-api', '4')
    await json('limit', 'create', 'open-meteo', '600', '--per', '60')
    await json('limit', 'resize', 'dhis2-api', '8')

    expect(await json('limit', 'ls')).toMatchObject({
      limits: [
        { name: 'dhis2-api', size: 8, perMs: null, held: 0 },
        { name: 'open-meteo', size: 600, perMs: 60_000 },
      ],
    })
    expect(await fails('limit', 'create', 'dhis2-api', '1')).toMatchObject({ exitCode: 2, code: 'store/stale' })
    await json('limit', 'resize', 'dhis2-api', '0')
    expect(await json('limit', 'inspect', 'dhis2-api')).toMatchObject({ limit: { size: 0 } })
    expect(await fails('limit', 'resize', 'dhis2-api', '2000000')).toMatchObject({ code: 'config/params' })
    await json('limit', 'delete', 'dhis2-api')
    expect(await fails('limit', 'inspect', 'dhis2-api')).toMatchObject({
      code: 'config/params',
      hint: expect.stringContaining('d2flow limit create dhis2-api'),
    })
  })
})

describe('d2flow event', () => {
  it('lists what happened, by name and by thing', async () => {
    await json('run', 'hello')
    await json('variable', 'set', 'year', '2026')

    const { events } = await json<{ events: { name: string }[] }>('event', 'ls', '--name', 'run.*')
    expect(events.map(({ name }) => name)).toEqual(['run.completed', 'run.running', 'run.pending'])
    expect(await json('event', 'ls', '--resource', 'variable/year')).toMatchObject({
      events: [{ name: 'variable.set', labels: { variable: 'year' } }],
    })
    expect((await d2flow(['event', 'ls', '--limit', '1'], { cwd })).stdout).toContain('variable.set')
  })
})

describe('d2flow schedule preview', () => {
  it('shows the moments in UTC and in the zone, over a clock change', async () => {
    const { moments } = await json<{ moments: string[] }>(
      'schedule',
      'preview',
      '--cron',
      '30 2 * * *',
      '--timezone',
      'Europe/Oslo',
      '--after',
      '2026-03-28T00:00:00Z',
      '--count',
      '3',
    )

    expect(moments).toEqual(['2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z'])
  })

  it('reads intervals and rules, and exactly one of the three', async () => {
    const after = ['--after', '2024-01-01T00:00:00Z', '--count', '4']

    expect(await json('schedule', 'preview', '--rrule', 'FREQ=WEEKLY;BYDAY=MO,WE,FR', ...after)).toMatchObject({
      moments: [
        expect.stringContaining('2024-01-03'),
        expect.stringContaining('2024-01-05'),
        expect.stringContaining('2024-01-08'),
        expect.stringContaining('2024-01-10'),
      ],
    })
    expect(await json('schedule', 'preview', '--interval', '3600', '--count', '1')).toHaveProperty('moments.length', 1)
    expect(await fails('schedule', 'preview')).toMatchObject({ code: 'cli/usage', exitCode: 2 })
    expect(await fails('schedule', 'preview', '--interval', '60', '--cron', '* * * * *')).toMatchObject({
      code: 'cli/usage',
    })
    expect(await fails('schedule', 'preview', '--cron', '61 * * * *')).toMatchObject({ code: 'config/params' })
  })
})

describe('d2flow vacuum', () => {
  it('lets nothing young go, and says what it keeps', async () => {
    await json('run', 'hello')

    const { gone, days } = await json<{ gone: Record<string, number>; days: unknown }>('vacuum', '--runs', '365')

    expect(days).toEqual({ runs: 365, logs: 30, events: 7 })
    expect(Object.values(gone).every((number) => number === 0)).toBe(true)
    expect(await json('flow-run', 'ls')).toMatchObject({ runs: [{ flowName: 'hello' }] })
  })
})

describe('d2flow config', () => {
  it('says where each setting comes from, and no secret', async () => {
    const { stdout } = await d2flow(['config', '--json', '--store', 'sqlite:other.db'], {
      cwd,
      environment: { D2FLOW_KEY: 'a-key-that-nobody-may-see' },
    })

    const { settings } = JSON.parse(stdout) as { settings: { setting: string; value: unknown; from: string }[] }
    expect(settings).toContainEqual({ setting: 'store', value: `sqlite:${join(cwd, 'other.db')}`, from: '--store' })
    expect(settings).toContainEqual({ setting: 'key', value: '***', from: 'D2FLOW_KEY' })
    expect(stdout).not.toContain('nobody-may-see')
  })
})

describe('d2flow doctor', () => {
  const save = (name: string) =>
    d2flow(
      ['block', 'create', 'dhis2', name, '-v', 'baseUrl=http://127.0.0.1:1', '-v', 'username=a', '-v', 'password=b'],
      { cwd },
    )

  it('finds everything well in a project that is', async () => {
    await save('prod')

    const { findings } = await json<{ findings: { what: string; verdict: string }[] }>('doctor', '--offline')

    expect(findings).toMatchObject([
      { what: 'store', verdict: 'healthy' },
      { what: 'key', verdict: 'healthy' },
      { what: 'block dhis2-credentials/prod', verdict: 'healthy' },
    ])
  })

  it('tells the other side that is not there from a key that is wrong', async () => {
    await save('prod')

    const away = await d2flow(['doctor', '--json'], { cwd })
    const wrongKey = await d2flow(['doctor', '--json', '--offline'], { cwd, environment: { D2FLOW_KEY: 'another' } })

    expect([away.exitCode, wrongKey.exitCode]).toEqual([3, 2])
    expect(JSON.parse(away.stdout)).toMatchObject({
      findings: [{}, {}, { verdict: 'unhealthy', failure: { code: 'http/network' } }],
    })
    expect(JSON.parse(wrongKey.stdout)).toMatchObject({
      findings: [{}, {}, { verdict: 'unhealthy', failure: { code: 'config/block-invalid' } }],
    })
  })

  it('notices that nobody serves a project with deployments', async () => {
    writeFileSync(
      join(cwd, 'project.config.ts'),
      `import { deployment, flow } from '${import.meta.dirname}/../../src/index.ts'
export default { deployments: [deployment({ name: 'x', flow: flow({ name: 'x', run: () => 1 }) })] }`,
    )

    const { findings } = await json<{ findings: unknown[] }>('doctor')

    expect(findings).toContainEqual(
      expect.objectContaining({ what: 'serving', verdict: 'doubtful', hint: expect.stringContaining('d2flow serve') }),
    )
  })
})

describe('d2flow deployment run', () => {
  it('makes up for a moment of the schedule, with the data window of that moment', async () => {
    writeFileSync(
      join(cwd, 'project.config.ts'),
      `import { cron, deployment, flow } from '${import.meta.dirname}/../../src/index.ts'
const read = flow({ name: 'read', run: () => 1 })
export default { deployments: [deployment({ name: 'nightly', flow: read, schedule: cron('0 2 * * *', 'UTC') })] }`,
    )

    const { run } = await json<{ run: unknown }>('deployment', 'run', 'read/nightly', '--due', '2026-03-05T02:00:00Z')

    expect(run).toMatchObject({
      dueAt: '2026-03-05T02:00:00.000Z',
      window: { fromAt: '2026-03-04T02:00:00.000Z', toAt: '2026-03-05T02:00:00.000Z' },
    })
  })
})

describe('d2flow flows', () => {
  it('lists flows by shelf with the question each answers', async () => {
    const all = await d2flow(['flows'], { cwd })
    const some = await json<{ flows: { shelf: string; question: string }[] }>('flows', 'dhis2')

    expect(all.stdout).toMatch(/^basics\n[\s\S]*hello +Does everything stand\?[\s\S]*\ndhis2\n/)
    expect(new Set(some.flows.map(({ shelf }) => shelf))).toEqual(new Set(['dhis2']))
    expect(some.flows.every(({ question }) => question.endsWith('?'))).toBe(true)
    expect(await fails('flows', 'dhis')).toMatchObject({ code: 'cli/usage', hint: 'did you mean "dhis2"?' })
  })
})
