/**
 * Copies what the replay tests need from a folder of recordings into `fixtures/dhis2/recordings`: one NDJSON file per
 * section and personality, one line per recorded case.
 *
 * @example node tools/copy-recordings.ts ../recordings
 */

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const servers = { '2.42': 'dhis2-2.42.4', '2.43': 'dhis2-2.43.1' } as const
const target = join(dirname(fileURLToPath(import.meta.url)), '../fixtures/dhis2/recordings')

const source = process.argv[2]
if (source === undefined) {
  console.error('usage: node tools/copy-recordings.ts <folder of recordings>')
  process.exit(2)
}

let cases = 0
for (const [personality, folder] of Object.entries(servers)) {
  for (const section of sections(join(source, folder))) {
    const lines = recordings(join(source, folder, section))
    mkdirSync(join(target, personality), { recursive: true })
    writeFileSync(join(target, personality, `${section}.ndjson`), lines.map((line) => `${line}\n`).join(''))
    cases += lines.length
  }
}
console.log(`${cases} recordings copied`)

function sections(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** Alphabetical, as in the index of the recordings; the replay knows the order in which they were taken. */
function recordings(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.stringify(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}
