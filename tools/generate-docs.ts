/** Writes the pages of docs/ that are made from the code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { flowsPage } from './flows-page.ts'

const path = join(import.meta.dirname, '..', 'docs', 'flows.md')
writeFileSync(path, await flowsPage())
console.log(`wrote ${path}`)
