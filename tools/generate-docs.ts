/** Writes the pages of docs/ that are made from the code, and the pictures of the flows. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capabilitiesPage } from './capabilities-page.ts'
import { flowPictures } from './flow-pictures.ts'
import { flowsPage } from './flows-page.ts'

const DOCS = join(import.meta.dirname, '..', 'docs')

const pictures = await flowPictures()
mkdirSync(join(DOCS, 'pictures'), { recursive: true })
const files: Readonly<Record<string, string>> = {
  'flows.md': await flowsPage(pictures),
  'capabilities.md': capabilitiesPage(),
  ...Object.fromEntries([...pictures].map(([name, { svg }]) => [`pictures/${name}.svg`, svg])),
}
for (const [name, text] of Object.entries(files)) writeFileSync(join(DOCS, name), text)
console.log(`wrote ${Object.keys(files).length} files into ${DOCS}`)
