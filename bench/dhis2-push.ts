/**
 * Pushing a year of 188,701 data values, as a person does: the flow `dhis2-data-value-push` from the command line, with
 * a saved connection, on a SQLite store. Then the same file again, when nothing is left to do.
 *
 * The sandbox serves from a process of its own, and the rows in a second are those of the client's processor time, user
 * and system together, start-up included: what the server takes is in neither. No raw limit: nothing simpler ends with
 * what became of every row.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCountryCsv } from '../src/sandbox/index.ts'
import { median, printFigure } from './measure/figure.ts'
import { runNode, type ProcessUse } from './measure/process.ts'
import { startSandboxProcess } from './measure/sandbox-process.ts'

const ROWS = 188_701
const REFUSED = 4
const ROUNDS = 3
const CLI = join(import.meta.dirname, '..', 'bin', 'd2flow.js')

const file = join(mkdtempSync(join(tmpdir(), 'd2flow-push-')), 'values.csv')
await writeCountryCsv(file)
for (const version of ['2.42', '2.43'] as const) {
  const uses: Record<'first' | 'again', ProcessUse[]> = { first: [], again: [] }
  for (let round = 0; round < ROUNDS; round += 1) {
    const { first, again } = await pushTwice(version)
    uses.first.push(first)
    uses.again.push(again)
  }
  printUse(`DHIS2 ${version}, every value new`, uses.first)
  printUse(`DHIS2 ${version}, every value there already`, uses.again)
}
rmSync(join(file, '..'), { recursive: true })

async function pushTwice(version: '2.42' | '2.43'): Promise<Record<'first' | 'again', ProcessUse>> {
  // a home of its own, because the key of the saved connection lies there
  const home = mkdtempSync(join(tmpdir(), 'd2flow-push-home-'))
  const store = ['--store', `sqlite:${join(home, 'runs.db')}`]
  const sandbox = await startSandboxProcess({ dhis2: version })
  try {
    const environment = { HOME: home, SANDBOX_PASSWORD: 'district' }
    const connection = ['baseUrl', sandbox.address, 'username', 'admin', 'password', '@SANDBOX_PASSWORD']
    const fields = [0, 2, 4].flatMap((at) => ['-v', `${connection[at]}=${connection[at + 1]}`])
    await runNode([CLI, 'block', 'create', 'dhis2', 'dhis2', ...fields, ...store], environment)
    const parameters = ['-p', `file=${file}`, '-p', `outputDir=${home}`]
    const push = [CLI, 'run', 'dhis2-data-value-push', ...parameters, '--json', ...store]
    const first = await runNode(push, environment)
    expectCounts(first, { created: ROWS - REFUSED, updated: 0, unchanged: 0, refused: REFUSED, unknown: 0 })
    const again = await runNode(push, environment)
    expectCounts(again, { created: 0, updated: 0, unchanged: ROWS - REFUSED, refused: REFUSED, unknown: 0 })
    return { first, again }
  } finally {
    await sandbox.stop()
    rmSync(home, { recursive: true })
  }
}

function expectCounts({ stdout }: ProcessUse, expected: Readonly<Record<string, number>>): void {
  const { result } = JSON.parse(stdout) as { readonly result: { readonly counts: Readonly<Record<string, number>> } }
  for (const [outcome, rows] of Object.entries(expected)) {
    if (result.counts[outcome] === rows) continue
    throw new Error(`${result.counts[outcome]} rows are ${outcome}, and not ${rows}`)
  }
}

function printUse(push: string, uses: readonly ProcessUse[]): void {
  const print = (metric: string, unit: string, figure: (use: ProcessUse) => number) =>
    printFigure({ bench: 'dhis2-push', metric: `${push}: ${metric}`, value: median(uses.map(figure)), unit, n: ROWS })
  print('peak memory', 'MB', ({ peakMb }) => peakMb)
  print('client work', 'rows/s of processor time', ({ cpuMs }) => ROWS / (cpuMs / 1_000))
  print('whole process', 'ms', ({ wallMs }) => wallMs)
}
