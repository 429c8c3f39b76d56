/** Writes the pages of docs/ that are made from the code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capabilitiesPage } from './capabilities-page.ts'
import { flowsPage } from './flows-page.ts'

const pages = { 'flows.md': await flowsPage(), 'capabilities.md': capabilitiesPage() }
for (const [name, text] of Object.entries(pages)) {
  const path = join(import.meta.dirname, '..', 'docs', name)
  writeFileSync(path, text)
  console.log(`wrote ${path}`)
}
