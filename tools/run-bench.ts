/**
 * Runs one benchmark, or all of them: each prints one JSON line per figure.
 *
 * usage: npm run bench -- <name> [options of that benchmark]
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', 'bench')
const names = globSync('*.ts', { cwd: FOLDER }).map((file) => basename(file, '.ts'))
const [name, ...rest] = process.argv.slice(2)

if (name === undefined || (name !== 'all' && !names.includes(name))) {
  console.error(`error: ${name === undefined ? 'which benchmark?' : `there is no benchmark "${name}"`}`)
  console.error(`  hint: npm run bench -- all, or one of ${names.join(', ')}`)
  process.exit(2)
}
for (const each of name === 'all' ? names : [name]) {
  const run = spawnSync(process.execPath, ['--conditions=source', '--expose-gc', join(FOLDER, `${each}.ts`), ...rest], {
    stdio: 'inherit',
  })
  if (run.status !== 0) process.exitCode = run.status ?? 1
}
