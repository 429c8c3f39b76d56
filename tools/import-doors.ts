/**
 * Imports every door of the package from the build, as a user's program would, and fails on the first that does not open.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

interface Door {
  readonly source: string
  readonly types: string
  readonly default: string
}

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, Door | string>
}

let opened = 0
for (const [door, target] of Object.entries(exports)) {
  if (typeof target === 'string') continue
  for (const specifier of specifiersOf(door, target)) {
    const module = (await import(specifier)) as Record<string, unknown>
    const types = import.meta.resolve(specifier).replace('file://', '').replace(/\.js$/, '.d.ts')
    if (!existsSync(types)) throw new Error(`${specifier} has no declarations at ${types}`)
    // a module may hold types only
    const isEmpty = Object.keys(module).length === 0 && !/^export (type|interface) /m.test(readFileSync(types, 'utf8'))
    if (isEmpty) throw new Error(`${specifier} opens on nothing`)
    opened += 1
  }
}
console.log(`opened ${opened} doors of the build`)

/** A door with a star stands for every file that its source pattern matches. */
function specifiersOf(door: string, target: Door): string[] {
  const name = `d2flow${door.slice(1)}`
  if (!door.includes('*')) return [name]
  const [before = '', after = ''] = target.source.slice(2).split('*')
  return globSync(`${before}**/*${after.startsWith('/') ? '' : after}`, { cwd: ROOT })
    .map((path) => `${path}${after.startsWith('/') ? after : ''}`)
    .filter((path) => path.startsWith(before) && path.endsWith(after) && existsSync(join(ROOT, path)))
    .map((path) => path.slice(before.length, path.length - after.length))
    .filter((inner) => inner !== 'index' && !(after.startsWith('/') && inner.includes('/')))
    .map((inner) => name.replace('*', inner))
}
