/**
 * The power goes during a push: a real process is killed with SIGKILL while the push is under way, and started again with
 * the same key. However often, and wherever, the server ends up with the same values and the ledger with the same words.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demoCsv } from '../../fixtures/dhis2/country/index.ts'
import { d2flow } from '../cli/command.ts'
import { serveCountry, type Watched } from './served-country.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-kill-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Outcome {
  readonly content: readonly string[]
  readonly ledger: string
  readonly kills: number
}

type Moment = 'before' | 'after'

/** Kills the process at these requests, one per start; then lets it end. */
async function push(kills: readonly { readonly request: number; readonly moment: Moment }[]): Promise<Outcome> {
  const waiting = [...kills]
  let kill: (() => void) | null = null
  let struck = 0
  let sinceStart = 0
  const strike = (moment: Moment) => (_request: Watched) => {
    if (moment === 'before') sinceStart += 1
    const [next] = waiting
    if (next === undefined || next.moment !== moment || sinceStart < next.request) return
    waiting.shift()
    struck += 1
    kill?.()
  }
  const country = await serveCountry({ personality: '2.43', before: strike('before'), after: strike('after') })
  const cwd = mkdtempSync(join(folder, 'push-'))
  try {
    writeFileSync(join(cwd, 'values.csv'), demoCsv())
    expect((await d2flow(createBlock(country.address), { cwd })).exitCode).toBe(0)
    const args = [
      'run',
      'dhis2-data-value-push',
      '-p',
      'file=values.csv',
      '-p',
      'batchRows=60',
      '-p',
      'outputDir=out',
      '--key',
      'night',
    ]
    let exitCode: number | null = null
    let words = ''
    for (let start = 0; start <= kills.length && exitCode === null; start += 1) {
      sinceStart = 0
      const ended = await d2flow(args, { cwd, whileRunning: (child) => void (kill = () => child.kill('SIGKILL')) })
      exitCode = ended.exitCode
      words = ended.stdout + ended.stderr
    }
    expect(exitCode, words).toBe(0)
    expect(words).toContain('CompletedWithErrors')
    return { content: country.content(), ledger: readFileSync(join(cwd, 'out/ledger.csv'), 'utf8'), kills: struck }
  } finally {
    await country.stop()
  }
}

function createBlock(address: string): string[] {
  const fields = { baseUrl: address, username: 'admin', password: 'district' }
  return [
    'block',
    'create',
    'dhis2',
    'dhis2',
    ...Object.entries(fields).flatMap(([field, value]) => ['-v', `${field}=${value}`]),
  ]
}

/** A small generator of numbers in [0, 1) from a printed start (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('a push whose process is killed', () => {
  it('ends with the values and the ledger of an unbroken one, ten times at random', { timeout: 120_000 }, async () => {
    const seed = Number(process.env['D2FLOW_TEST_SEED'] ?? 20_261_124)
    const random = seeded(seed)
    const unbroken = await push([])

    for (let round = 0; round < 10; round += 1) {
      const moments = Array.from({ length: round === 9 ? 4 : 1 }, () => ({
        // about 50 requests make the whole push; the first few read metadata
        request: 1 + Math.floor(random() * 40),
        moment: random() < 0.5 ? ('before' as const) : ('after' as const),
      }))

      const broken = await push(moments)

      const what = `seed ${seed}, round ${round}: ${JSON.stringify(moments)}`
      expect(broken.kills, what).toBeGreaterThan(0)
      expect(broken.content, what).toEqual(unbroken.content)
      expect(broken.ledger, what).toBe(unbroken.ledger)
    }
  })

  it('does not go on with another file under the same key', async () => {
    let kill: () => void = () => {}
    const country = await serveCountry({
      personality: '2.42',
      before: ({ path }) => path.includes('dataValueSets') && kill(),
    })
    try {
      writeFileSync(join(folder, 'values.csv'), demoCsv())
      await d2flow(createBlock(country.address), { cwd: folder })
      const args = ['run', 'dhis2-data-value-push', '-p', 'file=values.csv', '--key', 'night']
      await d2flow(args, { cwd: folder, whileRunning: (child) => void (kill = () => child.kill('SIGKILL')) })
      kill = () => {}

      writeFileSync(join(folder, 'values.csv'), `${demoCsv()}one,more,line,,,1\n`)
      const { exitCode, stderr } = await d2flow(args, { cwd: folder })

      expect(exitCode).toBe(1)
      expect(stderr).toContain('note-file')
    } finally {
      await country.stop()
    }
  })
})
