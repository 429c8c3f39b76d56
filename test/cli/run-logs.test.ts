import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BIN, d2flow } from './command.ts'

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-logs-'))
})

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

async function nameOfRun(): Promise<string> {
  for (;;) {
    const { stdout } = await d2flow(['flow-run', 'ls', '--json'], { cwd })
    const { runs } = JSON.parse(stdout) as { runs: { name: string }[] }
    if (runs[0] !== undefined) return runs[0].name
  }
}

it('follows a run in another process to its end', { timeout: 60_000 }, async () => {
  const running = spawn(
    process.execPath,
    [BIN, 'run', 'sla-monitoring', '-p', 'stages=[{"name":"extract","takesMs":4000}]'],
    {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
    },
  )
  const ended = once(running, 'close')

  const followed = await d2flow(['flow-run', 'logs', await nameOfRun(), '--follow', '--json'], { cwd })

  await ended
  const whole = await d2flow(['flow-run', 'logs', await nameOfRun(), '--json'], { cwd })
  const { lines } = JSON.parse(whole.stdout) as { lines: { message: string }[] }
  const pieces = followed.stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  expect(followed.exitCode).toBe(0)
  expect(pieces.map((line) => JSON.parse(line) as unknown)).toEqual(lines)
  expect(lines.length).toBeGreaterThan(0)
})

it('shows the last lines of a level, and lines for finding faults only when asked', async () => {
  await d2flow(['run', 'sla-monitoring'], { cwd })
  const name = await nameOfRun()

  const warnings = await d2flow(['flow-run', 'logs', name, '--level', 'warn', '--tail', '1'], { cwd })
  const usual = await d2flow(['flow-run', 'logs', name, '--json'], { cwd })

  expect(warnings.stdout.trim().split('\n')).toEqual([expect.stringMatching(/ warn {3}.*too slow/)])
  expect(usual.stdout).not.toContain('"level": "debug"')
})
