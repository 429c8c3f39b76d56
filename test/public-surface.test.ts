/**
 * What leaves each door, by name. A change of `public-surface.txt` is a change for our users: it belongs in the changelog.
 *
 * To write the list anew: npm test -- test/public-surface.test.ts -u
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

interface Door {
  readonly source: string
}

it('lets out of each door what the list says', async () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, Door | string>
  }
  const doors = Object.entries(exports).flatMap(([door, target]) =>
    typeof target === 'string' ? [] : open(door, target.source),
  )

  const lists = await Promise.all(
    doors.map(async ({ door, path }) => {
      const module = (await import(path)) as Record<string, unknown>
      return `${door}\n${Object.keys(module)
        .toSorted()
        .map((name) => `  ${name}`)
        .join('\n')}`
    }),
  )

  await expect(`${lists.join('\n\n')}\n`).toMatchFileSnapshot('public-surface.txt')
})

/** A door with a star is every file that its pattern matches. */
function open(door: string, source: string): { readonly door: string; readonly path: string }[] {
  const name = door === '.' ? 'd2flow' : `d2flow${door.slice(1)}`
  if (!source.includes('*')) return [{ door: name, path: join(ROOT, source) }]
  const [before = '', after = ''] = source.slice(2).split('*')
  const pattern = after.startsWith('/') ? `${before}*${after}` : `${before}**/*${after}`
  return globSync(pattern, { cwd: ROOT })
    .toSorted()
    .filter((path) => path !== `${before}index.ts`)
    .map((path) => ({
      door: name.replace('*', path.slice(before.length, path.length - after.length)),
      path: join(ROOT, path),
    }))
}
