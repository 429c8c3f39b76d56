/** What holds of every bundled flow, those of tomorrow included. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoCsv } from '../../fixtures/dhis2/country/index.ts'
import { z } from 'zod'
import { bundled, shelves } from '../../flows/index.ts'
import { readSettings } from '../../src/base/settings.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { PROMISED_PARAMETERS } from './promised-parameters.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NAMES = bundled.flows.map(({ name }) => name)

/** Where there is nothing to run. */
const PAGES: Readonly<Record<string, string>> = { deployments: 'deployments/README.md' }

/** The names under which people know the patterns: each a bundled flow, or a page. */
const PATTERNS = [
  'state-handlers',
  'subflows',
  'dynamic-tasks',
  'polling-tasks',
  'retries-and-hooks',
  'flow-of-flows',
  'concurrency-limits',
  'variables-and-params',
  'complex-pipeline',
  'task-caching',
  'markdown-artifacts',
  'table-and-link-artifacts',
  'secret-block',
  'custom-blocks',
  'async-tasks',
  'concurrent-async',
  'async-flow-patterns',
  'async-map-and-submit',
  'flow-serve',
  'schedules',
  'work-pools',
  'typed-models',
  'shell-tasks',
  'http-tasks',
  'error-handling-etl',
  'record-validation',
  'notification-blocks',
  'transactions',
  'task-runners',
  'csv-file-processing',
  'json-event-ingestion',
  'multi-file-batch',
  'incremental-processing',
  'quality-rules-engine',
  'cross-dataset-validation',
  'response-caching',
  'producer-consumer',
  'circuit-breaker',
  'idempotent-operations',
  'error-recovery',
  'air-quality-index',
  'composite-risk-assessment',
  'multi-indicator-correlation',
  'hypothesis-testing',
  'regression-analysis',
  'star-schema',
  'staged-etl-pipeline',
  'expression-complexity-scoring',
  'pipeline-template-factory',
  'dhis2-connection',
  'dhis2-env-config',
  'dhis2-authenticated-api',
  'worldpop-dataset-catalog',
  'worldpop-population-stats',
  'worldpop-country-comparison',
  'deployments',
] as const

describe('a bundled flow, run with what it takes by default', () => {
  let folder: string
  /** One with a store in a file, one for runs without any; each with a sandbox that the other does not write to. */
  let places: readonly { readonly sandbox: Sandbox; readonly project: Project }[]
  const asked = new Set<string>()
  let unwatch = () => {}

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'd2flow-catalogue-'))
    writeFileSync(join(folder, 'values.csv'), demoCsv())
    places = await Promise.all(['sqlite:runs.db', 'memory:'].map(openPlace))
    const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket
    Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
      asked.add(hostOf(args))
      return Reflect.apply(connect, this, args)
    }
    unwatch = () => void (Socket.prototype.connect = connect)
  })

  afterAll(async () => {
    unwatch()
    for (const { sandbox, project } of places) {
      await project.close()
      await sandbox.stop()
    }
    rmSync(folder, { recursive: true, force: true })
  })

  async function openPlace(store: string) {
    const sandbox = await startSandbox({ dhis2: '2.42' })
    const project = await openProject({
      folder,
      definition: {},
      bundled,
      settings: readSettings({}),
      store,
      clock: createFakeClock('2026-03-01T00:00:00Z'),
      instead: sandbox.blocks,
    })
    return { sandbox, project }
  }

  it.each(NAMES)('F241 gives the same with a store and with none: %s', { timeout: 60_000 }, async (name) => {
    const [kept, alone] = await Promise.all(
      places.map(async ({ project }, at) => {
        const host = project.host(at === 0 ? {} : { store: null })
        return await startRun(await project.flow(name), NEEDED[name]?.(folder, join(folder, `${at}`)) ?? {}, { host })
      }),
    )

    expect(kept?.run.state.type, kept?.run.state.message ?? '').toBe('completed')
    expect(alone?.run.state.name).toBe(kept?.run.state.name)
    expect(comparable(alone?.result)).toEqual(comparable(kept?.result))
    const artifacts = await places[0]?.project.store.artifacts.listByRun(kept?.run.id ?? '')
    expect(artifacts?.map(({ key }) => key)).toContain(name)
  })

  it('F241 asks nobody beyond this machine', () => {
    expect([...asked].filter((host) => !LOOPBACK.has(host))).toEqual([])
  })
})

describe('a bundled flow by its name', () => {
  const page = readFileSync(join(ROOT, 'docs/flows.md'), 'utf8')

  it.each(Object.entries(shelves).flatMap(([shelf, flows]) => flows.map((flow) => ({ shelf, ...flow }))))(
    'is called the same in its file, its export, itself and the documentation: $name',
    async ({ shelf, name, load }) => {
      const camel = name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
      const module = (await import(join(ROOT, 'flows', shelf, `${name}.ts`))) as Record<string, unknown>

      expect((await load()).name).toBe(name)
      expect(Object.keys(module)).toContain(camel)
      expect(page).toContain(`\n## ${name}\n`)
    },
  )
})

describe('the parameters of a bundled flow', () => {
  const parametersOf = async (name: string) => {
    const flow = await bundled.flows.find((each) => each.name === name)?.load()
    const schema = flow?.params ? z.toJSONSchema(flow.params, { io: 'input' }) : {}
    return (schema as { properties?: Record<string, { default?: unknown; description?: string }> }).properties ?? {}
  }

  it.each(Object.entries(PROMISED_PARAMETERS))(
    'R42 are those of the catalogue, with its defaults: %s',
    async (name, promised) => {
      const parameters = await parametersOf(name)

      const defaults = Object.keys(promised).map((each) => [each, parameters[each]?.default])
      expect(Object.fromEntries(defaults)).toEqual(promised)
    },
  )

  it.each(NAMES)('say what they mean: %s', async (name) => {
    const parameters = await parametersOf(name)

    expect(Object.entries(parameters).filter(([, { description = '' }]) => description === '')).toEqual([])
  })
})

describe('the patterns that people know', () => {
  const isThere = (name: string) =>
    (NAMES as readonly string[]).includes(name) || existsSync(join(ROOT, PAGES[name] ?? 'no such page'))

  it('are 56', () => {
    expect(new Set(PATTERNS).size).toBe(56)
  })

  it.each(PATTERNS)('F243 have a flow or a page: %s', (name) => {
    expect(isThere(name)).toBe(true)
  })
})

/** What a flow cannot do without. */
const NEEDED: Readonly<Record<string, (folder: string, outputDir: string) => Readonly<Record<string, unknown>>>> = {
  'dhis2-data-value-push': (folder, outputDir) => ({ file: join(folder, 'values.csv'), outputDir }),
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

function hostOf(args: readonly unknown[]): string {
  const [first, second]: readonly unknown[] = args.flat()
  if (typeof first === 'object' && first !== null && 'host' in first) return String(first.host)
  return typeof second === 'string' ? second : 'localhost'
}

/** Moments, lengths of time, ids, ports, folders and names of runs are another thing each time. */
function comparable(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (member, each: unknown) =>
    /(Ms|Id|run|runName)$/.test(member) ? '…' : each,
  )
  return JSON.parse(
    text
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'moment')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'here')
      .replaceAll(/"[^"]*\/tmp[^"]*\/([^"/]*)"/g, '"$1"'),
  ) as unknown
}
