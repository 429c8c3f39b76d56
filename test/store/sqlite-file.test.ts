import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { sha256Hex } from '../../src/base/hash.ts'
import { newState } from '../../src/model/new-state.ts'
import { migrations } from '../../src/store/sql/migrations/index.ts'
import { SCHEMA_VERSION } from '../../src/store/sql/schema-version.ts'
import { toStoreError } from '../../src/store/sqlite-errors.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { given, startedRun } from './given.ts'

const clock = systemClock
const a = given(clock)
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-file-'))
  path = join(folder, 'd2flow.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file that holds a store with one run, closed again. */
async function storeFile(): Promise<string> {
  const store = await openSqliteStore({ path, clock })
  await startedRun(store, a.run())
  await store.close()
  return path
}

/** Commits in the write-ahead log: frames whose header holds the size of the file after a commit. */
function commitsIn(wal: string): number {
  // https://www.sqlite.org/fileformat2.html#the_write_ahead_log
  const bytes = readFileSync(wal)
  const frameBytes = 24 + bytes.readUInt32BE(8)
  let commits = 0
  for (let at = 32; at + frameBytes <= bytes.length; at += frameBytes) if (bytes.readUInt32BE(at + 4) > 0) commits += 1
  return commits
}

describe('a store in a SQLite file', () => {
  it('has everything when it is opened again', async () => {
    await storeFile()

    const store = await openSqliteStore({ path, clock })

    expect((await store.runs.list()).map(({ state }) => state.type)).toEqual(['running'])
    expect(store).toMatchObject({ kind: 'sqlite', address: `sqlite:${path}`, folder: `${path}-results` })
    await store.close()
  })

  it('has a revision that another process changes too, and a size', async () => {
    const [one, other] = [await openSqliteStore({ path, clock }), await openSqliteStore({ path, clock })]
    const before = await one.revision()
    await other.write([{ kind: 'run-created', run: a.run() }])

    expect(await one.revision()).not.toBe(before)
    expect(await one.sizeBytes()).toBeGreaterThan(10_000)

    await one.close()
    await other.close()
  })

  it('makes its folder, for its owner only', async () => {
    path = join(folder, 'of', 'a', 'project', 'd2flow.db')

    const store = await openSqliteStore({ path, clock })

    expect(statSync(join(folder, 'of')).mode & 0o777).toBe(0o700)
    await store.close()
  })

  it('leaves one file behind when it is closed', async () => {
    await storeFile()

    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(new DatabaseSync(path).prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
  })

  it('says that it is closed when it is used afterwards', async () => {
    const store = await openSqliteStore({ path, clock })
    await store.close()
    await store.close()

    await expect(store.runs.list()).rejects.toMatchObject({ code: 'store/unavailable', hint: expect.any(String) })
    await expect(store.write([{ kind: 'run-created', run: a.run() }])).rejects.toMatchObject({
      code: 'store/unavailable',
    })
  })

  it('finishes what was handed in before it closes', async () => {
    const store = await openSqliteStore({ path, clock })
    const run = a.run()

    const written = store.write([{ kind: 'run-created', run }])
    await store.close()
    await written

    const again = await openSqliteStore({ path, clock })
    expect(await again.runs.get(run.id)).toEqual(run)
    await again.close()
  })

  it('commits once for all lists of one turn of the event loop, and once for a lone list', async () => {
    const store = await openSqliteStore({ path, clock })
    const run = await startedRun(store, a.run())
    const before = commitsIn(`${path}-wal`)

    await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [a.step(run)] }])
    const lone = commitsIn(`${path}-wal`)
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        // some come a few promises later, but within the same turn
        for (let hops = 0; hops < index % 5; hops += 1) await Promise.resolve()
        await store.write([{ kind: 'task-runs-created', runId: run.id, epoch: 0, taskRuns: [a.step(run)] }])
      }),
    )
    const together = commitsIn(`${path}-wal`)

    expect([lone - before, together - lone]).toEqual([1, 1])
    expect(await store.taskRuns.list(run.id)).toHaveLength(101)
    await store.close()
  })

  it('reads nothing that is not committed yet', async () => {
    const store = await openSqliteStore({ path, clock })
    const runs = Array.from({ length: 50 }, () => a.run())

    const writing = Promise.all(runs.map(async (run) => await store.write([{ kind: 'run-created', run }])))
    const counts: number[] = []
    for (let look = 0; look < 20; look += 1) counts.push((await store.runs.list({ limit: 100 })).length)
    await writing

    expect(counts.filter((count) => count !== 0 && count !== 50)).toEqual([])
    await store.close()
  })

  it('grows by at most 0.45 MB for 1,000 steps, one after another or mapped', async () => {
    const grownBy = async (work: (store: Store) => Promise<void>) => {
      const before = statSync(await storeFile()).size
      const store = await openSqliteStore({ path, clock })
      await work(store)
      await store.close()
      return statSync(path).size - before
    }
    const ordinals = Array.from({ length: 1_000 }, (_, ordinal) => ordinal)
    const parts = (run: Awaited<ReturnType<typeof startedRun>>, ordinal: number) => {
      const inputHash = sha256Hex(`${ordinal}`)
      const step = a.step(run, { taskName: 'no-op', key: `no-op:${inputHash.slice(0, 32)}:0`, inputHash })
      return {
        create: {
          kind: 'task-runs-created',
          runId: run.id,
          epoch: 0,
          taskRuns: [{ ...step, states: [...step.states, newState('running', clock.now())] }],
        },
        settle: {
          kind: 'task-run-state',
          runId: run.id,
          epoch: 0,
          taskRunId: step.taskRun.id,
          states: [newState('completed', clock.now())],
          patch: {
            endedAt: clock.now().toISOString(),
            runCount: 1,
            result: { kind: 'value', value: ordinal, sha256: inputHash },
          },
        },
      } as const
    }

    const sequential = await grownBy(async (store) => {
      const run = await startedRun(store, a.run())
      for (const ordinal of ordinals) {
        const { create, settle } = parts(run, ordinal)
        await store.write([create])
        await store.write([settle])
      }
    })
    const mapped = await grownBy(async (store) => {
      const run = await startedRun(store, a.run())
      const all = ordinals.map((ordinal) => parts(run, ordinal))
      await store.write(all.map(({ create }) => create))
      await Promise.all(all.map(async ({ settle }) => await store.write([settle])))
    })

    expect(sequential).toBeLessThanOrEqual(450_000)
    expect(mapped).toBeLessThanOrEqual(450_000)
  })
})

describe('the schema', () => {
  it('has migrations numbered without a gap, up to the version the code knows', () => {
    expect(migrations.map(({ version }) => version)).toEqual(Array.from({ length: SCHEMA_VERSION }, (_, at) => at + 1))
  })

  it('shows its version in the store and in the file', async () => {
    const store = await openSqliteStore({ path, clock })

    expect(store.schemaVersion).toBe(SCHEMA_VERSION)
    expect(new DatabaseSync(path).prepare('select version, name from schema_versions').all()).toEqual(
      migrations.map(({ version, name }) => ({ version, name })),
    )
    await store.close()
  })

  it('refuses a file that a newer d2flow has written to, and leaves it as it is', async () => {
    const sqlite = new DatabaseSync(await storeFile())
    sqlite.exec(`insert into schema_versions values (${SCHEMA_VERSION + 1}, 'from the future', 0)`)
    sqlite.close()
    const before = sha256Hex(readFileSync(path))

    await expect(openSqliteStore({ path, clock })).rejects.toMatchObject({
      code: 'store/migration',
      retryable: false,
      hint: expect.stringContaining('upgrade d2flow'),
    })
    expect(sha256Hex(readFileSync(path))).toBe(before)
  })
})

describe('a store that cannot be used', () => {
  it('names the file when another process holds it, and may be tried again', async () => {
    await storeFile()
    const other = new DatabaseSync(path)
    other.exec('begin immediate')
    const store = await openSqliteStore({ path, clock, busyTimeoutMs: 1 })

    const refused = store.write([{ kind: 'run-created', run: a.run() }])

    await expect(refused).rejects.toMatchObject({
      code: 'store/unavailable',
      retryable: true,
      message: expect.stringContaining('locked'),
      hint: expect.stringContaining(path),
    })
    other.exec('rollback')
    await store.write([{ kind: 'run-created', run: a.run() }])
    await store.close()
  })

  it('waits for another process that is just making the same file', async () => {
    const other = new DatabaseSync(path)
    other.exec('create table being_made (a); begin exclusive')
    const waitsMs: number[] = []
    const whileOthersWork = {
      ...clock,
      monotonicMs: () => 0,
      sleep: async (ms: number) => {
        waitsMs.push(ms)
        if (other.isTransaction) other.exec('commit')
      },
    }

    const store = await openSqliteStore({ path, clock: whileOthersWork, busyTimeoutMs: 1 })

    expect(waitsMs).toEqual([10])
    expect(await store.runs.list()).toEqual([])
    await store.close()
    other.close()
  })

  it('is locked already while it is opened', async () => {
    await storeFile()
    const other = new DatabaseSync(path)
    other.exec('pragma locking_mode = exclusive; begin exclusive; delete from runs')

    await expect(openSqliteStore({ path, clock, busyTimeoutMs: 1 })).rejects.toMatchObject({
      code: 'store/unavailable',
      retryable: true,
    })
    other.close()
  })

  it('says so when the file is no database', async () => {
    writeFileSync(path, 'country,year,gdp\nKEN,2023,1.1e11\n'.repeat(100))

    await expect(openSqliteStore({ path, clock })).rejects.toMatchObject({
      code: 'store/damaged',
      retryable: false,
      message: expect.stringContaining('not a database'),
      hint: expect.stringContaining('D2FLOW_STORE'),
    })
    expect(readFileSync(path, 'utf8')).toContain('KEN,2023')
  })

  it('says so when the file is damaged', async () => {
    const bytes = readFileSync(await storeFile())
    // every page but the first, which holds the schema
    bytes.fill(0x5a, 4_096)
    writeFileSync(path, bytes)

    const opened = openSqliteStore({ path, clock }).then(async (store) => await store.runs.list())

    await expect(opened).rejects.toMatchObject({
      code: 'store/damaged',
      retryable: false,
      hint: expect.stringContaining('restore'),
    })
  })

  it('says so when its place is a folder', async () => {
    mkdirSync(path)

    await expect(openSqliteStore({ path, clock })).rejects.toMatchObject({
      code: 'store/unavailable',
      retryable: false,
      hint: expect.stringContaining('folder'),
    })
  })

  it('says so when its folder cannot be made', async () => {
    writeFileSync(join(folder, 'a-file'), '')

    await expect(openSqliteStore({ path: join(folder, 'a-file', 'd2flow.db'), clock })).rejects.toMatchObject({
      code: 'store/unavailable',
      hint: expect.stringContaining('D2FLOW_STORE'),
    })
  })

  // whoever runs the tests as root may write everywhere
  it.skipIf(process.getuid?.() === 0)('says so when it may not be written', async () => {
    chmodSync(await storeFile(), 0o400)

    const opened = openSqliteStore({ path, clock }).then(
      async (store) => await store.write([{ kind: 'run-created', run: a.run() }]),
    )

    await expect(opened).rejects.toMatchObject({ code: 'store/unavailable', retryable: false })
  })

  it.each([
    ['full', 'pragma max_page_count = 1', { code: 'store/unavailable', retryable: true, hint: /free some space/ }],
    ['read-only', 'pragma query_only = on', { code: 'store/unavailable', retryable: false, hint: /right to write/ }],
  ])('says what to do when SQLite says that it is %s', async (_, pragma, expected) => {
    const sqlite = new DatabaseSync(await storeFile())
    sqlite.exec(pragma)
    let thrown: unknown
    try {
      sqlite.exec(`insert into variables values ('a', '${'x'.repeat(100_000)}', 0)`)
    } catch (error) {
      thrown = error
    }

    expect(toStoreError(thrown, path)).toMatchObject({ ...expected, hint: expect.stringMatching(expected.hint) })
  })

  it('shows a mistake of ours as it is', () => {
    const mistake = new TypeError('undefined is not a function')

    expect(toStoreError(mistake, path)).toBe(mistake)
  })
})
