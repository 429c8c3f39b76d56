import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { d2flow } from './command.ts'

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-cli-'))
})

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

interface RunDocument {
  readonly run: { readonly state: string; readonly name: string; readonly failure?: { readonly code: string } }
  readonly result: unknown
  readonly artifacts: readonly { readonly key: string; readonly kind: string }[]
}

describe('d2flow run', () => {
  it('prints one JSON document on stdout and JSON lines on stderr', async () => {
    const { exitCode, stdout, stderr } = await d2flow(['run', 'hello', '-p', 'name=Ana', '--json'], { cwd })

    const document = JSON.parse(stdout) as RunDocument
    expect(exitCode).toBe(0)
    expect(document.run.state).toBe('completed')
    expect(document.result).toEqual({ greeting: 'Hello Ana' })
    expect(document.artifacts).toMatchObject([{ key: 'hello', kind: 'markdown' }])
    for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('kind')
  })

  it('keeps the run, so that it can be looked at later', async () => {
    await d2flow(['run', 'hello'], { cwd })

    const { stdout } = await d2flow(['flow-run', 'ls', '--json'], { cwd })
    const { runs } = JSON.parse(stdout) as { runs: { name: string; state: string }[] }
    expect(runs.map(({ state }) => state)).toEqual(['completed'])
    const inspected = await d2flow(['flow-run', 'inspect', runs[0]?.name ?? ''], { cwd })
    expect(inspected.stdout).toMatch(/steps[\s\S]*greet[\s\S]*Completed/)
    const logs = await d2flow(['flow-run', 'logs', runs[0]?.name ?? ''], { cwd })
    expect(logs.stdout).toContain('Hello world')
  })

  it('finds out what a mistyped flow may have meant', async () => {
    const { exitCode, stderr } = await d2flow(['run', 'helo'], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('there is no flow "helo"')
    expect(stderr).toContain('did you mean "hello"?')
  })

  it('names each parameter that does not fit, and runs nothing', async () => {
    const wrong = await d2flow(['run', 'hello', '-p', 'name=5'], { cwd })
    const unknown = await d2flow(['run', 'hello', '-p', 'nam=x'], { cwd })

    expect([wrong.exitCode, unknown.exitCode]).toEqual([2, 2])
    expect(wrong.stderr).toContain('name:')
    expect(unknown.stderr).toContain('it takes name')
    const { stdout } = await d2flow(['flow-run', 'ls', '--json'], { cwd })
    expect(JSON.parse(stdout)).toEqual({ runs: [] })
  })

  it('says which block is missing and how to make it', async () => {
    const { exitCode, stderr } = await d2flow(['run', 'dhis2-org-units', '-p', 'instance=prod'], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('prod')
    expect(stderr).toContain('d2flow block create')
  })

  it('says that the server is not there, and exits with 3', async () => {
    await d2flow(
      ['block', 'create', 'dhis2', 'prod', '-v', 'baseUrl=http://127.0.0.1:1', '-v', 'username=a', '-v', 'password=b'],
      { cwd },
    )
    const { exitCode, stderr } = await d2flow(['block', 'check', 'dhis2', 'prod'], { cwd })

    expect(stderr).toContain('127.0.0.1:1')
    expect(stderr).toContain('hint:')
    expect(exitCode).toBe(3)
  })

  it('writes a page of the run', async () => {
    const { stderr } = await d2flow(['run', 'air-quality-index', '--report', 'page.html'], { cwd })

    expect(stderr).toContain('page.html')
    expect(readFileSync(join(cwd, 'page.html'), 'utf8')).toContain('Sample data')
  })

  it('writes the page where an absolute path says', async () => {
    const elsewhere = join(cwd, 'elsewhere', 'page.html')

    await d2flow(['run', 'hello', '--report', elsewhere], { cwd })

    expect(readFileSync(elsewhere, 'utf8')).toContain('hello')
  })

  it('reads parameters from an absolute path, and from standard input', async () => {
    writeFileSync(join(cwd, 'params.json'), '{"name":"Ana"}')

    const fromFile = await d2flow(['run', 'hello', '--params', join(cwd, 'params.json')], { cwd })
    const fromInput = await d2flow(['run', 'hello', '--params', '-'], { cwd, input: '{"name":"Bo"}' })

    expect(fromFile.stdout).toContain('Hello Ana')
    expect(fromInput.stdout).toContain('Hello Bo')
  })

  it('says on the terminal and on the page that a sandbox makes its figures up', async () => {
    const { stderr } = await d2flow(['run', 'gdp-comparison', '--sandbox', '--report', 'page.html'], { cwd })

    expect(stderr).toContain('made up')
    expect(readFileSync(join(cwd, 'page.html'), 'utf8')).toContain('made up')
  })
})

describe('d2flow block', () => {
  const SECRET = 'correct-horse-battery'
  const create = (name: string, ...more: string[]) =>
    d2flow(
      [
        'block',
        'create',
        'dhis2',
        name,
        '-v',
        'baseUrl=https://dhis2.test',
        '-v',
        'username=sync',
        '-v',
        'password=@PASS',
        ...more,
      ],
      {
        cwd,
        environment: { PASS: SECRET },
      },
    )

  it('F066 seals the secret at rest, with a key of its owner alone, and says so once', async () => {
    const first = await create('prod')
    const second = await create('other')

    expect(first.exitCode).toBe(0)
    expect(first.stderr).toContain('key')
    expect(second.stderr).not.toContain('a key for sealing')
    expect(statSync(join(cwd, '.config/d2flow/key')).mode & 0o777).toBe(0o600)
    const stored = readFileSync(join(cwd, '.d2flow/d2flow.db')).toString('latin1')
    expect(stored).toContain('dhis2.test')
    expect(stored).not.toContain(SECRET)
  })

  it('shows *** wherever it shows the block', async () => {
    await create('prod')

    const shown = await Promise.all([
      d2flow(['block', 'ls', '--json'], { cwd }),
      d2flow(['block', 'inspect', 'dhis2', 'prod'], { cwd }),
      d2flow(['block', 'inspect', 'dhis2', 'prod', '--json'], { cwd }),
    ])

    for (const { stdout, stderr } of shown) expect(stdout + stderr).not.toContain(SECRET)
    expect(shown[1]?.stdout).toContain('***')
  })

  it('says that the key is another one', async () => {
    await create('prod')

    const { exitCode, stderr } = await d2flow(['block', 'check', 'dhis2', 'prod'], {
      cwd,
      environment: { D2FLOW_KEY: 'another key' },
    })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('cannot be opened with the present key')
  })

  it('F092 does not replace a block by mistake', async () => {
    await create('prod')

    const again = await create('prod')
    const overwritten = await create('prod', '--overwrite')

    expect([again.exitCode, overwritten.exitCode]).toEqual([2, 0])
    expect(again.stderr).toContain('--overwrite')
  })

  it('names the field that is missing', async () => {
    const { exitCode, stderr } = await d2flow(['block', 'create', 'slack-webhook', 'team'], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('url')
  })

  it('deletes a block, and says when there is none', async () => {
    await create('prod')

    const first = await d2flow(['block', 'delete', 'dhis2', 'prod'], { cwd })
    const second = await d2flow(['block', 'delete', 'dhis2', 'prod'], { cwd })

    expect([first.exitCode, second.exitCode]).toEqual([0, 2])
  })
})

describe('the store', () => {
  it('says that a file is no store', async () => {
    writeFileSync(
      join(cwd, 'broken.db'),
      'this is not a database, and it is long enough to be read as one: '.repeat(40),
    )

    const { exitCode, stderr } = await d2flow(['flow-run', 'ls', '--store', 'sqlite:broken.db'], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('broken.db')
    expect(stderr).toContain('hint:')
  })

  it('says that it does not know an address', async () => {
    const { exitCode, stderr } = await d2flow(['flow-run', 'ls', '--store', 'mysql://x'], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('sqlite:')
  })
})

describe('the command line itself', () => {
  it('corrects a mistyped command', async () => {
    const { exitCode, stderr } = await d2flow(['demoo'], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('demo')
  })

  it.each([['--help'], ['run', '--help'], ['block', 'create', '--help'], ['sandbox', '--help']])(
    'helps with examples: %s %s',
    async (...args) => {
      const { exitCode, stdout } = await d2flow(args, { cwd })

      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/Examples?:/)
    },
  )

  it('makes a project, and not over another one', async () => {
    const first = await d2flow(['init', 'my-sync'], { cwd })
    const second = await d2flow(['init', 'my-sync'], { cwd })

    expect([first.exitCode, second.exitCode]).toEqual([0, 2])
    expect(JSON.parse(readFileSync(join(cwd, 'my-sync/package.json'), 'utf8'))).toMatchObject({
      name: 'my-sync',
      type: 'module',
    })
  })
})
