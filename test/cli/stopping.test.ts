/** Ctrl-C in the middle of a push: it says what happened, and how to go on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { demoCsv } from '../../fixtures/dhis2/country/index.ts'
import { serveCountry, type ServedCountry } from '../flows/served-country.ts'
import { d2flow, type CommandResult } from './command.ts'

let cwd: string
let country: ServedCountry
let onImport: () => void = () => {}

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-stop-'))
  country = await serveCountry({
    personality: '2.43',
    before: ({ method, path }) => {
      if (method === 'POST' && path.endsWith('/dataValueSets')) onImport()
    },
  })
  writeFileSync(join(cwd, 'values.csv'), demoCsv())
  const values = [`baseUrl=${country.address}`, 'username=admin', 'password=district']
  await d2flow(['block', 'create', 'dhis2', 'dhis2', ...values.flatMap((value) => ['-v', value])], { cwd })
})

afterEach(async () => {
  await country.stop()
  rmSync(cwd, { recursive: true, force: true })
})

/** A push whose first import is met with Ctrl-C. */
async function interruptedPush(...more: string[]): Promise<CommandResult> {
  const push = ['run', 'dhis2-data-value-push', '-p', 'file=values.csv', '-p', 'batchRows=60', '--json', ...more]
  return await d2flow(push, { cwd, whileRunning: (child) => void (onImport = () => child.kill('SIGINT')) })
}

function errorOf({ stderr }: CommandResult): unknown {
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string })
  return lines.find(({ kind }) => kind === 'error')
}

it('says with which key a stopped push goes on, and it does', async () => {
  const stopped = await interruptedPush('--key', 'night')
  onImport = () => {}
  const again = await d2flow(
    ['run', 'dhis2-data-value-push', '-p', 'file=values.csv', '-p', 'batchRows=60', '--json', '--key', 'night'],
    { cwd },
  )

  expect(stopped.exitCode).toBe(1)
  expect(errorOf(stopped)).toMatchObject({
    code: 'engine/cancelled',
    message: 'stopped by SIGINT',
    hint: expect.stringContaining('d2flow run dhis2-data-value-push --key night'),
  })
  expect(JSON.parse(stopped.stdout)).toMatchObject({ run: { state: 'cancelled' } })
  expect(again.exitCode).toBe(0)
  expect(JSON.parse(again.stdout)).toMatchObject({ run: { state: 'completed' } })
  expect(country.content().length).toBeGreaterThan(0)
}, 60_000)

it('says of a push without a key that one would have helped', async () => {
  const stopped = await interruptedPush()

  expect(errorOf(stopped)).toMatchObject({ code: 'engine/cancelled', hint: expect.stringContaining('--key') })
}, 60_000)
