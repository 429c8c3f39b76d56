/** How long a person waits for `npm run demo` to end. No raw limit: it starts servers, runs flows and writes a page. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, printFigure } from './measure/figure.ts'

const ROUNDS = 3
const PROJECT = join(import.meta.dirname, '..')

const times: number[] = []
for (let round = 0; round < ROUNDS; round += 1) times.push(await demoMs())
printFigure({ bench: 'demo', metric: 'npm run demo', value: median(times), unit: 'ms', n: ROUNDS })

/** With a home that knows nothing yet, as on the first day. */
async function demoMs(): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'd2flow-demo-home-'))
  const startedAt = performance.now()
  const demo = spawn('npm', ['run', 'demo'], {
    cwd: PROJECT,
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(demo, 'close')) as [number | null]
  const ms = performance.now() - startedAt
  rmSync(home, { recursive: true })
  if (code !== 0) throw new Error(`npm run demo ended with ${code}`)
  return ms
}
