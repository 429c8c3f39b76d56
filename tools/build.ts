/**
 * Builds `dist`: JavaScript and declarations by the compiler, and beside them what is not TypeScript but shipped.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const SHIPPED = [
  // the one script of the pages is written as the browser reads it
  'src/server/assets/*.js',
  '{src,connectors,flows,deployments,fixtures}/**/*.{css,svg,html,yaml,csv}',
  // The start state of the fake DHIS2 server; the other recordings are for our tests only.
  'fixtures/dhis2/recordings/*/setup.ndjson',
]

rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
const compiled = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

const assets = globSync(SHIPPED, { cwd: ROOT })
for (const asset of assets) cpSync(join(ROOT, asset), join(ROOT, 'dist', asset))
console.log(`built dist, with ${assets.length} other files`)
