/**
 * Who may import whom: the house as a table, and the few things that only one file may do.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** Each room, and the rooms it may import beside itself. A new room is a new row, decided in a note. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/model': ['src/base'],
  'src/http': ['src/base'],
  'src/files': ['src/base'],
  'src/blocks': ['src/base'],
  'src/analysis': ['src/base'],
  'src/geo': ['src/base', 'src/files'],
  'src/render': ['src/base', 'src/model'],
  connectors: ['src/base', 'src/http', 'src/files', 'src/geo', 'src/blocks'],
  'src/notify': ['src/base', 'src/http', 'src/blocks', 'src/model', 'src/render'],
  'src/patterns': ['src/base', 'src/files'],
  'src/store': ['src/base', 'src/model'],
  'src/engine': ['src/base', 'src/model', 'src/blocks', 'src/store'],
  'src/schedule': ['src/base', 'src/model', 'src/store'],
  'src/deploy': ['src/base', 'src/model', 'src/blocks', 'src/engine'],
  'src/worker': ['src/base', 'src/model', 'src/store', 'src/engine'],
  'src/project': [
    'src/base',
    'src/model',
    'src/http',
    'src/files',
    'src/blocks',
    'src/render',
    'src/notify',
    'src/store',
    'src/engine',
    'src/schedule',
    'src/deploy',
    'src/worker',
  ],
  'src/index.ts': ['src/base', 'src/model', 'src/blocks', 'src/engine', 'src/deploy', 'src/schedule', 'src/project'],
  'src/cli': [
    'src/base',
    'src/model',
    'src/blocks',
    'src/render',
    'src/project',
    'src/sandbox',
    'src/server',
    'flows',
    'deployments',
  ],
  'src/server': ['src/base', 'src/model', 'src/blocks', 'src/render', 'src/project'],
  'src/testing': [
    'src/base',
    'src/model',
    'src/blocks',
    'src/render',
    'src/project',
    'src/engine',
    'src/store',
    'fixtures',
  ],
  'src/sandbox': ['src/base', 'src/model', 'src/blocks', 'src/render', 'src/project', 'fixtures'],
  flows: [
    'd2flow',
    'd2flow/analysis',
    'd2flow/geo',
    'd2flow/patterns',
    'd2flow/files',
    'd2flow/render',
    'd2flow/notify',
    'd2flow/connectors',
  ],
  deployments: ['d2flow', 'd2flow/notify', 'd2flow/connectors', 'flows'],
  fixtures: [],
}

/** Packages that only one guarded file may meet, so that NaN and Infinity never leave it. */
const GUARDED_PACKAGES = [
  'simple-statistics',
  'jstat',
  'ml-matrix',
  '@slack/webhook',
  'node:sqlite',
  'p-retry',
  'p-queue',
]

interface SourceFile {
  readonly path: string
  readonly room: string
  readonly imports: readonly { readonly target: string; readonly typeOnly: boolean }[]
  readonly text: string
}

const files = readSources()

describe('the house', () => {
  it('has a row for every room', () => {
    const without = [...new Set(files.map((file) => file.room))].filter((room) => MAY_IMPORT[room] === undefined)

    expect(without).toEqual([])
  })

  it('lets every room import only what its row allows', () => {
    const strays = files.flatMap((file) =>
      file.imports
        .map(({ target }) => target)
        .filter((target) => !allowed(file, target))
        .map((target) => `${file.path} imports ${target}`),
    )

    expect(strays).toEqual([])
  })

  it('lets no connector and no fixture import another one', () => {
    const strays = files
      .filter((file) => file.room === 'connectors' || file.room === 'fixtures')
      .flatMap((file) =>
        file.imports
          .filter(({ target }) => target.startsWith(`${file.room}/`) && sourceOf(target) !== sourceOf(file.path))
          .map(({ target }) => `${file.path} imports ${target}`),
      )

    expect(strays).toEqual([])
  })

  it('gives the engine the interfaces of the store and nothing that opens one', () => {
    const strays = files
      .filter((file) => file.room === 'src/engine')
      .flatMap((file) =>
        file.imports.filter(({ target }) => target.startsWith('src/store/') && target !== 'src/store/store.ts'),
      )

    expect(strays).toEqual([])
  })

  it('has no circle of value imports', () => {
    expect(findCircle()).toBeNull()
  })
})

describe('what only one file may do', () => {
  it('reads the environment in base/settings only', () => {
    const readers = files.filter((file) => file.path.startsWith('src/') && /process\.env/.test(code(file)))

    expect(readers.map((file) => file.path)).toEqual(['src/base/settings.ts'])
  })

  it('reads the time in base/clock only', () => {
    const readers = files.filter(
      (file) =>
        (file.path.startsWith('src/') || file.path.startsWith('connectors/') || file.path.startsWith('flows/')) &&
        /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(code(file)),
    )

    expect(readers.map((file) => file.path)).toEqual(['src/base/clock.ts'])
  })

  it.each(GUARDED_PACKAGES)('meets %s in at most one file', (name) => {
    const users = files.filter((file) => file.imports.some(({ target, typeOnly }) => target === name && !typeOnly))

    expect(users.length, users.map((file) => file.path).join(', ')).toBeLessThanOrEqual(1)
  })

  it('F245 lets flows take their arithmetic from our analysis: of packages they meet zod, and what Node brings', () => {
    const strays = files
      .filter((file) => file.room === 'flows')
      .flatMap((file) =>
        file.imports
          .map(({ target }) => target)
          .filter((target) => !/^(flows\/|d2flow(\/|$)|node:|zod$)/.test(target))
          .map((target) => `${file.path} imports ${target}`),
      )

    expect(files.filter((file) => file.room === 'flows').length).toBeGreaterThan(40)
    expect(strays).toEqual([])
  })

  it('F245 lets flows take their arithmetic from d2flow/analysis, and from no package', () => {
    const packages = files
      .filter((file) => file.room === 'flows')
      .flatMap((file) => file.imports.map(({ target }) => target))
      .filter((target) => !/^(d2flow|node:|flows\/)/.test(target))

    expect([...new Set(packages)]).toEqual(['zod'])
  })

  it('names no room utils, helpers or common', () => {
    const named = files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.ts$)/.test(file.path))

    expect(named.map((file) => file.path)).toEqual([])
  })
})

function readSources(): SourceFile[] {
  return globSync('{src,connectors,flows,deployments,fixtures}/**/*.ts', { cwd: ROOT })
    .map((path) => path.split(sep).join('/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      return { path, room: roomOf(path), imports: importsOf(path, text), text }
    })
}

function roomOf(path: string): string {
  if (path === 'src/index.ts') return path
  const [first = '', second = ''] = path.split('/')
  return first === 'src' ? `src/${second}` : first
}

/** `connectors/dhis2`, `fixtures/slack`. */
function sourceOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function importsOf(path: string, text: string): SourceFile['imports'] {
  // code that is a text (the files of a new project) imports nothing here
  const withoutTexts = text.replaceAll(/^const [A-Z_]+ = `(?:[^`\\]|\\.)*`$/gm, '')
  const statements = withoutTexts.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  )
  return [...statements].map(([, type, fixed, lazy]) => {
    const specifier = fixed ?? lazy ?? ''
    const target = specifier.startsWith('.')
      ? normalize(join(dirname(path), specifier))
          .split(sep)
          .join('/')
      : specifier
    return { target, typeOnly: type !== undefined }
  })
}

function allowed(file: SourceFile, target: string): boolean {
  const rows = MAY_IMPORT[file.room] ?? []
  if (target === 'd2flow' || target.startsWith('d2flow/')) {
    return rows.some((row) => row === target || (row !== 'd2flow' && target.startsWith(`${row}/`)))
  }
  if (!/^(src|connectors|flows|deployments|fixtures)(\/|$)/.test(target)) return true
  const room = roomOf(target)
  return room === file.room || rows.includes(room)
}

/** The text without comments and without what stands in quotes. */
function code(file: SourceFile): string {
  return file.text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
}

/** A circle of imports that are there at run time, or null. */
function findCircle(): string[] | null {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return null
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      const circle = typeOnly || !byPath.has(target) ? null : visit(target, [...trail, path])
      if (circle !== null) return circle
    }
    done.add(path)
    return null
  }
  for (const path of byPath.keys()) {
    const circle = visit(path, [])
    if (circle !== null) return circle
  }
  return null
}
