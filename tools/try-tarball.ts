/**
 * Packs the build and tries it as a user does: `d2flow init`, install the tarball, run its test, start it.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'd2flow-tarball-'))
const project = join(folder, 'my-sync')

// what npm tells the scripts it runs about this project must not reach the other one
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') || name === 'npm_config_cache'),
)
const run = (cwd: string, command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

try {
  const [{ filename = '' } = {}] = JSON.parse(run(ROOT, 'npm', 'pack', '--json', '--pack-destination', folder)) as {
    filename?: string
  }[]
  run(ROOT, 'node', 'bin/d2flow.js', 'init', project)
  // what was fetched before need not be asked for again: this also passes where the registry is far away
  run(project, 'npm', 'install', '--prefer-offline', join(folder, filename))
  for (const script of ['test', 'start'] as const) {
    console.log(`npm ${script}`)
    console.log(run(project, 'npm', script))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
