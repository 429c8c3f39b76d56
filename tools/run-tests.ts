/**
 * Runs the tests and ends with the line `N passed, N failed`, which is what a continuous integration reads.
 *
 * usage: node tools/run-tests.ts [files or folders …] [vitest options …]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'd2flow-tests-'))
const report = join(folder, 'report.json')
const run = spawnSync(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { stdio: 'inherit', cwd: join(import.meta.dirname, '..') },
)

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
  readFileSync(report, 'utf8'),
) as Report
rmSync(folder, { recursive: true })
// a file that could not even be loaded has no tests of its own to fail
const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
const failed = numFailedTests + broken
console.log(`${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`)
process.exitCode = run.status !== 0 ? (run.status ?? 1) : failed > 0 ? 1 : 0
