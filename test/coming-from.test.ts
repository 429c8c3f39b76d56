import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '..', 'docs/coming-from.md'), 'utf8')

/** A concept of the older schedulers, and the word of ours that has to stand in the same row. */
const COUNTERPARTS: readonly (readonly [string, string])[] = [
  ['sensor', 'poll('],
  ['XCom', 'zod schema'],
  ['operator (Bash, HTTP', 'plain task'],
  ['connection', 'a block'],
  ['DAG folder', 'd2flow serve'],
  ['(none)', 'transactions'],
]

it.each(COUNTERPARTS)('F244 tells people from older schedulers what "%s" is here', (concept, ours) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${concept}`))

  expect(row).toContain(ours)
})
