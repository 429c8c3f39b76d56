/**
 * What the command line says to what is wrong: for each slip the exit code, the code of the error, and a hint that helps.
 * Every case is a real process with `--json`, so the table also proves that each line on stderr has one shape.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { d2flow } from './command.ts'

let cwd: string
let sandbox: Sandbox
const others: Server[] = []

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-bad-'))
  sandbox = await startSandbox({ dhis2: '2.42' })
  await saveDhis2('prod', sandbox.addresses.dhis2, 'district')
  await saveDhis2('wrong-password', sandbox.addresses.dhis2, 'nobody-knows')
  await saveDhis2('nothing-listens', 'http://127.0.0.1:1')
  await saveDhis2('no-such-host', 'http://dhis2.invalid')
  await saveDhis2('portal', await serveAnswer((answer) => answer.end('<html><title>Hotel Wi-Fi</title></html>')))
  await saveDhis2('bad-gateway', await serveAnswer((answer) => answer.writeHead(502).end('<html>Bad Gateway</html>')))
  await saveDhis2('moved', await serveAnswer((answer) => answer.writeHead(301, { location: 'http://x.test/' }).end()))
  await saveDhis2('other-api', await serveAnswer((answer) => answer.end('{"status":"OK"}'), 'application/json'))
  await d2flow(['run', 'hello'], { cwd })
  await d2flow(['run', 'hello'], { cwd })

  writeFileSync(join(cwd, 'list.json'), '[1, 2]')
  writeFileSync(join(cwd, 'broken.json'), '{"name": ')
  writeFileSync(join(cwd, 'empty.csv'), '')
  writeFileSync(join(cwd, 'header.csv'), 'facility,month,cases\nBo,2026-01,4\n')
  writeFileSync(join(cwd, 'latin1.csv'), Buffer.from(`${HEADER}\nFTRrcoaog83,202601,Caf\xE9,4\n`, 'latin1'))
  writeFileSync(join(cwd, 'half.csv'), `${HEADER}\nFTRrcoaog83,202601,"Ngelehun CH`)
  writeFileSync(join(cwd, 'wide.csv'), `${HEADER}\nFTRrcoaog83,202601,DiszpKrYNg8,4,5,6,7,8,9,10,11,12,13\n`)
  writeFileSync(join(cwd, 'sheet.csv'), Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0, 0, 0, 0x21, 0, 0xff, 0xfe]))
  mkdirSync(join(cwd, 'folder.csv'))
  mkdirSync(join(cwd, 'folder.db'))
  writeFileSync(join(cwd, 'text.db'), 'this is no database, and it is long enough to be read as one: '.repeat(40))
  writeFileSync(join(cwd, 'a-file'), 'a file where a folder is asked for')
  writeNewerStore(join(cwd, 'newer.db'))
  await writeDamagedStore()
  writeFileSync(join(cwd, 'empty-key'), '')
  project('flow-as-text', `export default { flows: ['hello'] }`)
  project('misspelt', `export default { deployment: [] }`)
  project('no-export', `export const flows = []`)
  project('broken', `export default {`)
  project('missing-import', `import './not-there.ts'\nexport default {}`)
  project('store-number', `export default { store: 5 }`)
}, 120_000)

afterAll(async () => {
  await sandbox.stop()
  for (const server of others) server.close()
  rmSync(cwd, { recursive: true, force: true })
})

const HEADER = 'dataElement,period,orgUnit,value'

interface Slip {
  readonly what: string
  readonly args: readonly string[]
  readonly exitCode: 1 | 2 | 3
  readonly code: string
  /** In the message: what happened, to what. */
  readonly says: string | RegExp
  /** In the hint: what to do. */
  readonly hint: string | RegExp
  readonly environment?: Readonly<Record<string, string>>
}

const push = (file: string, ...more: string[]) => ['run', 'dhis2-data-value-push', '-p', `file=${file}`, ...more]
const create = (...values: string[]) => ['block', 'create', 'dhis2', 'new', ...values.flatMap((value) => ['-v', value])]
const check = (name: string) => ['block', 'check', 'dhis2', name]
const ADDRESS = 'baseUrl=https://dhis2.test'

const SLIPS: readonly Slip[] = [
  // the line itself
  slip('a mistyped command', ['demoo'], 2, 'cli/usage', 'demoo', 'did you mean demo?'),
  slip('a mistyped verb', ['block', 'inspct'], 2, 'cli/usage', 'inspct', 'inspect'),
  slip('a noun without a verb', ['block'], 2, 'cli/usage', 'block', 'd2flow block --help'),
  slip('an unknown option', ['run', 'hello', '--fast'], 2, 'cli/usage', '--fast', 'd2flow run --help'),
  slip('a missing argument', ['run'], 2, 'cli/usage', 'flow', 'd2flow run --help'),
  slip('an option without its value', ['flow-run', 'ls', '--store'], 2, 'cli/usage', '--store', '--help'),
  slip(
    'a count that is none',
    ['flow-run', 'ls', '--limit', 'x'],
    2,
    'cli/usage',
    'whole number',
    'd2flow flow-run ls --help',
  ),
  slip('a port that is none', ['sandbox', '--port', '70000'], 2, 'cli/usage', '65535', '--help'),
  slip('a choice that is none', ['demo', '--dhis2', '2.10'], 2, 'cli/usage', '2.43', '--help'),
  slip('a pair without "="', ['run', 'hello', '-p', 'name'], 2, 'cli/usage', '"name"', '-p year=2026'),
  slip('a moment that is none', ['run', 'hello', '--due', 'soon'], 2, 'cli/usage', 'soon', '2026-11-24T06:00:00Z'),
  slip('a state that is none', ['flow-run', 'ls', '--state', 'done'], 2, 'cli/usage', 'done', 'completed'),
  slip('parameters that are not there', ['run', 'hello', '--params', 'no.json'], 2, 'cli/usage', 'no.json', 'JSON'),
  slip('parameters that are no JSON', ['run', 'hello', '--params', 'broken.json'], 2, 'cli/usage', 'broken', 'JSON'),
  slip('parameters that are a list', ['run', 'hello', '--params', 'list.json'], 2, 'cli/usage', 'list', 'object'),
  // names
  slip('a mistyped flow', ['run', 'helo'], 2, 'config/params', 'helo', 'did you mean "hello"?'),
  slip('a flow nothing is like', ['run', 'xyzzy'], 2, 'config/params', 'xyzzy', 'd2flow flows'),
  slip('an unknown block type', ['block', 'create', 'oracle', 'x'], 2, 'config/params', 'oracle', 'd2flow block types'),
  slip(
    'a block that is not saved',
    check('live'),
    2,
    'config/block-missing',
    '"prod"',
    'd2flow block create dhis2 live',
  ),
  slip('a mistyped block', check('prodd'), 2, 'config/block-missing', 'prodd', 'did you mean "prod"?'),
  slip(
    'a flow on a block that is not saved',
    ['run', 'dhis2-org-units', '-p', 'instance=live'],
    2,
    'config/block-missing',
    'live',
    'd2flow block create',
  ),
  slip('an unknown run', ['flow-run', 'inspect', 'no-run'], 2, 'cli/usage', 'no-run', 'd2flow flow-run ls'),
  slip('a run of which there are two', ['flow-run', 'inspect', '0'], 2, 'cli/usage', '"0" may be', 'more of the id'),
  slip('an unknown deployment', ['deployment', 'run', 'a/b'], 2, 'config/params', 'a/b', 'd2flow deployment ls'),
  // parameters
  slip('a parameter of another type', ['run', 'hello', '-p', 'name=5'], 2, 'config/params', 'name', /./),
  slip('a parameter the flow does not take', ['run', 'hello', '-p', 'nam=x'], 2, 'config/params', 'nam', /./),
  slip('a parameter that is missing', ['run', 'dhis2-data-value-push'], 2, 'config/params', 'file', /./),
  // blocks
  slip('a block without a field', ['block', 'create', 'slack', 'x'], 2, 'config/block-invalid', 'url', /./),
  slip('a variable that is not set', create(ADDRESS, 'token=@NOT_SET'), 2, 'cli/usage', 'NOT_SET', 'token=@NOT_SET'),
  slip('a token cut short', create(ADDRESS, 'token=d2pat_abc'), 2, 'config/block-invalid', 'checksum', /./),
  slip('an address without a scheme', create('baseUrl=dhis2.test'), 2, 'config/block-invalid', 'https://', /./),
  slip('no way to sign in', create(ADDRESS), 2, 'config/block-invalid', 'username', /./),
  slip(
    'two ways to sign in',
    create(ADDRESS, 'username=a', 'password=b', 'bearerToken=c'),
    2,
    'config/block-invalid',
    'one way',
    /./,
  ),
  slip(
    'a block name that is saved',
    ['block', 'create', 'dhis2', 'prod', '-v', ADDRESS, '-v', 'username=a', '-v', 'password=b'],
    2,
    'config/block-invalid',
    'prod',
    '--overwrite',
  ),
  slip('a block to delete that is not there', ['block', 'delete', 'json', 'x'], 2, 'config/block-missing', 'x', /./),
  // servers
  slip('a wrong password', check('wrong-password'), 2, 'http/auth', '401', /./),
  slip('a port where nothing listens', check('nothing-listens'), 3, 'http/network', '127.0.0.1:1', /./),
  slip('a host that does not exist', check('no-such-host'), 3, 'http/network', 'dhis2.invalid', /./),
  slip('a portal in between', check('portal'), 3, 'http/shape', /./, /./),
  slip('a gateway that gave up', check('bad-gateway'), 3, 'http/status', '502', /./),
  slip('an address that moved', check('moved'), 3, 'http/redirect', 'x.test', /./),
  slip('the API of something else', check('other-api'), 3, 'http/shape', /./, /./),
  // files
  slip('a file that is not there', push('none.csv', '-p', 'instance=prod'), 1, 'data/file', 'none.csv', /./),
  slip('a folder in place of a file', push('folder.csv', '-p', 'instance=prod'), 1, 'data/file', 'folder.csv', /./),
  slip('an empty file', push('empty.csv', '-p', 'instance=prod'), 1, 'data/file', 'empty.csv', /./),
  slip('another header', push('header.csv', '-p', 'instance=prod'), 1, 'data/file', 'dataElement', /./),
  slip('another encoding', push('latin1.csv', '-p', 'instance=prod'), 1, 'data/file', 'UTF-8', /./),
  slip('a file that is cut off', push('half.csv', '-p', 'instance=prod'), 1, 'data/file', 'half.csv', /./),
  slip('a line with too many fields', push('wide.csv', '-p', 'instance=prod'), 1, 'data/file', 'wide.csv', /./),
  slip('a spreadsheet named .csv', push('sheet.csv', '-p', 'instance=prod'), 1, 'data/file', 'sheet.csv', /./),
  slip('a report into a file as folder', ['run', 'hello', '--report', 'a-file/x.html'], 1, 'data/file', 'a-file', /./),
  // stores
  slip('a store that is a text', ['flow-run', 'ls', '--store', 'sqlite:text.db'], 2, 'store/damaged', 'text.db', /./),
  slip('a store that is damaged', ['flow-run', 'ls', '--store', 'sqlite:hurt.db'], 2, 'store/damaged', 'hurt.db', /./),
  slip('a newer store', ['flow-run', 'ls', '--store', 'sqlite:newer.db'], 2, 'store/migration', '999', 'upgrade'),
  slip('a store that is a folder', ['flow-run', 'ls', '--store', 'sqlite:folder.db'], 2, 'store/unavailable', '', /./),
  slip('a store below a file', ['flow-run', 'ls', '--store', 'sqlite:a-file/x.db'], 2, 'store/unavailable', '', /./),
  slip('a store under /proc', ['flow-run', 'ls', '--store', 'sqlite:/proc/x/y.db'], 2, 'store/unavailable', '', /./),
  slip('an unknown store', ['flow-run', 'ls', '--store', 'mysql://a:b@c'], 2, 'config/setting', 'mysql:', 'sqlite:'),
  slip('a store without a file', ['flow-run', 'ls', '--store', 'sqlite:'], 2, 'config/setting', 'no file', 'sqlite:'),
  // projects and keys
  slip('a flow as text', ['flows', '--project', 'flow-as-text'], 2, 'config/setting', 'flows[0]', 'import'),
  slip('a misspelt member', ['flows', '--project', 'misspelt'], 2, 'config/setting', 'deployment', '"deployments"'),
  slip('no default export', ['flows', '--project', 'no-export'], 2, 'config/setting', 'default', 'defineProject'),
  slip('a project that does not parse', ['flows', '--project', 'broken'], 2, 'config/setting', 'loaded', /./),
  slip('an import that is missing', ['flows', '--project', 'missing-import'], 2, 'config/setting', 'not-there', '.ts'),
  slip('a store that is a number', ['flows', '--project', 'store-number'], 2, 'config/setting', 'store', 'sqlite:'),
  slip('no project there', ['flows', '--project', 'nowhere'], 2, 'config/setting', 'nowhere', 'd2flow init'),
  slip('another key', check('prod'), 2, 'config/block-invalid', 'key', /./, { D2FLOW_KEY: 'another key' }),
  slip('an empty key file', check('prod'), 2, 'config/setting', 'empty', 'D2FLOW_KEY', {
    D2FLOW_KEY_FILE: 'empty-key',
  }),
  slip('no key file', check('prod'), 2, 'config/setting', 'no key', 'D2FLOW_KEY', { D2FLOW_KEY_FILE: 'no-key' }),
  slip('a folder that is not empty', ['init', '.'], 2, 'cli/usage', 'not empty', /./),
  slip('a demo over files of others', ['demo', '--out', '.'], 2, 'cli/usage', 'not of a demo', 'new folder'),
  slip('a demo into a file', ['demo', '--out', 'a-file'], 2, 'cli/usage', 'not a folder', 'new folder'),
]

it.each(SLIPS)('says what is wrong with $what', { timeout: 60_000 }, async (given) => {
  const { exitCode, stdout, stderr } = await d2flow(['--json', ...given.args], {
    cwd,
    ...(given.environment === undefined ? {} : { environment: given.environment }),
  })

  const lines = stderr.trim().split('\n')
  const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind)
  expect(kinds.filter((kind) => kind === 'error')).toHaveLength(1)
  const error = JSON.parse(lines[kinds.indexOf('error')] ?? '') as { code: string; message: string; hint?: string }
  expect({ code: error.code, exitCode }).toEqual({ code: given.code, exitCode: given.exitCode })
  expect(error.message).toMatch(given.says)
  expect(error.hint).toMatch(given.hint)
  expect(stderr + stdout).not.toMatch(/\n? +at .*:\d+:\d+|"stack"/)
  // of a run that began there is a document, of everything else nothing
  expect(stdout === '' || typeof JSON.parse(stdout) === 'object').toBe(true)
})

it.skipIf(!mayMount())(
  'says that the disk is full, and what it acknowledged is there',
  async () => {
    const disk = join(cwd, 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
    try {
      const run = () => d2flow(['--json', 'run', 'hello', '--store', `sqlite:${join(disk, 'full.db')}`], { cwd })
      const before = await run()
      fillDisk(join(disk, 'filler'))
      const full = await run()
      rmSync(join(disk, 'filler'))
      const after = await run()

      expect([before.exitCode, full.exitCode, after.exitCode]).toEqual([0, 2, 0])
      expect(JSON.parse(full.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
        code: 'store/unavailable',
        message: expect.stringContaining('the disk'),
        hint: expect.stringContaining('space'),
      })
      const listed = await d2flow(['--json', 'flow-run', 'ls', '--store', `sqlite:${join(disk, 'full.db')}`], { cwd })
      const { runs } = JSON.parse(listed.stdout) as { runs: { state: string }[] }
      expect(runs.filter(({ state }) => state === 'completed')).toHaveLength(2)
    } finally {
      execFileSync('umount', ['-l', disk])
    }
  },
  60_000,
)

/** Writes until nothing fits any more. */
function fillDisk(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (let bytes = 65_536; bytes >= 1; bytes = Math.floor(bytes / 2)) {
      try {
        for (;;) writeSync(file, Buffer.alloc(bytes))
      } catch {
        // full for pieces of this size; smaller ones may still fit
      }
    }
  } finally {
    closeSync(file)
  }
}

/** Only root may, and not in every container: elsewhere the test of the store itself (a quota of pages) has to do. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'd2flow-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function slip(
  what: string,
  args: readonly string[],
  exitCode: Slip['exitCode'],
  code: string,
  says: Slip['says'],
  hint: Slip['hint'],
  environment?: Slip['environment'],
): Slip {
  return { what, args, exitCode, code, says, hint, ...(environment === undefined ? {} : { environment }) }
}

async function saveDhis2(name: string, baseUrl: string, password = 'district'): Promise<void> {
  const values = [`baseUrl=${baseUrl}`, 'username=admin', `password=${password}`].flatMap((value) => ['-v', value])
  const { exitCode, stderr } = await d2flow(['block', 'create', 'dhis2', name, ...values], { cwd })
  expect(exitCode, stderr).toBe(0)
}

/** A server that gives every request the same answer. */
async function serveAnswer(give: (answer: ServerResponse) => void, type = 'text/html'): Promise<string> {
  const server = createServer((_request, answer) => {
    answer.setHeader('content-type', type)
    give(answer)
  })
  others.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function project(name: string, text: string): void {
  mkdirSync(join(cwd, name))
  writeFileSync(join(cwd, name, 'project.config.ts'), text)
}

function writeNewerStore(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('create table schema_versions (version integer primary key, name text, applied_at bigint)')
  database.exec("insert into schema_versions values (999, 'from-the-future', 0)")
  database.close()
}

/** A real store whose first pages were overwritten, the header kept. */
async function writeDamagedStore(): Promise<void> {
  const path = join(cwd, 'hurt.db')
  await d2flow(['run', 'hello', '--store', `sqlite:${path}`], { cwd })
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = delete')
  database.close()
  const bytes = readFileSync(path)
  bytes.fill(0x5a, 100, 4_096 * 3)
  writeFileSync(path, bytes)
}
