/**
 * How long a person waits: a hello flow as a whole process in a folder of its own, and the help text.
 *
 * raw: a bare Node that opens a SQLite file, writes a row and ends.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, printFigure } from './measure/figure.ts'
import { runNode } from './measure/process.ts'

const ROUNDS = 9
const CLI = join(import.meta.dirname, '..', 'bin', 'd2flow.js')

const folder = mkdtempSync(join(tmpdir(), 'd2flow-start-'))
const bare = join(folder, 'bare.mjs')
writeFileSync(
  bare,
  `import { DatabaseSync } from 'node:sqlite'
const database = new DatabaseSync(process.argv[2])
database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS run (name TEXT); INSERT INTO run VALUES (1)')
database.close()
`,
)

const times = { raw: [] as number[], hello: [] as number[], help: [] as number[] }
const store = `sqlite:${join(folder, 'hello.db')}`
// once before, so that the compile cache is warm for all of them
await runNode([CLI, 'run', 'hello', '--store', store], {}, folder)
await runNode([CLI, '--help'], {}, folder)
for (let round = 0; round < ROUNDS; round += 1) {
  times.raw.push((await runNode([bare, join(folder, 'bare.db')])).wallMs)
  times.hello.push((await runNode([CLI, 'run', 'hello', '--store', store], {}, folder)).wallMs)
  times.help.push((await runNode([CLI, '--help'], {}, folder)).wallMs)
}
rmSync(folder, { recursive: true })

const raw = median(times.raw)
printFigure({
  bench: 'start-up',
  metric: 'hello flow, whole process',
  value: median(times.hello),
  unit: 'ms',
  n: ROUNDS,
  raw,
})
printFigure({ bench: 'start-up', metric: 'd2flow --help', value: median(times.help), unit: 'ms', n: ROUNDS, raw })
