import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundled } from '../flows/index.ts'
import { unproved } from '../tools/capabilities-page.ts'
import { flowPictures } from '../tools/flow-pictures.ts'
import { flowsPage } from '../tools/flows-page.ts'

const ROOT = join(import.meta.dirname, '..')

it('explains every error code that the source can throw', () => {
  const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
  const sources = globSync(['src/base/errors.ts', 'connectors/*/errors.ts'], { cwd: ROOT })
  const codes = sources.flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/'((?:[a-z0-9]+)\/[a-z-]+)'/g)].map(([, code]) => code ?? ''),
  )

  expect(codes.length).toBeGreaterThan(30)
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([])
})

it('links only to pages that are there', () => {
  const pages = globSync(
    ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'connectors/*/README.md', 'fixtures/*/README.md'],
    { cwd: ROOT },
  )
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target]) => target ?? '')
      .filter((target) => globSync(target, { cwd: join(ROOT, page, '..') }).length === 0)
      .map((target) => `${page}: ${target}`),
  )

  expect(broken).toEqual([])
})

describe('the page of flows', () => {
  let pictures: Awaited<ReturnType<typeof flowPictures>>

  beforeAll(async () => {
    pictures = await flowPictures()
  }, 60_000)

  it('says what the flows say', async () => {
    expect(readFileSync(join(ROOT, 'docs/flows.md'), 'utf8')).toBe(await flowsPage(pictures))
  })

  it('shows what the flows draw, and nothing that they no longer draw', () => {
    const kept = globSync('docs/pictures/*.svg', { cwd: ROOT }).map((path) => [
      path.slice('docs/pictures/'.length, -'.svg'.length),
      readFileSync(join(ROOT, path), 'utf8'),
    ])
    const drawn = [...pictures].map(([name, { svg }]) => [name, svg])

    expect(drawn.length).toBeGreaterThan(15)
    expect(Object.fromEntries(kept), 'npm run docs makes them anew').toEqual(Object.fromEntries(drawn))
  })
})

it('names for each capability tests that bear its id', () => {
  const rows = [...readFileSync(join(ROOT, 'docs/capabilities.md'), 'utf8').matchAll(/^\| (F\d{3}) +\|.*$/gm)]
  const wrong = rows.flatMap(([row, id = '']) => {
    const named = [...row.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = '']) => path)
    const proving = named.filter((path) => readFileSync(join(ROOT, path), 'utf8').includes(id))
    return named.length > 0 && proving.length === named.length ? [] : [id]
  })

  expect(rows.length).toBeGreaterThan(150)
  expect(wrong, 'npm run docs makes the page anew').toEqual([])
})

it('has a test for every promise', () => {
  expect(unproved()).toEqual([])
})

it('lists each flow with the question its file opens with', () => {
  const files = globSync('flows/*/*.ts', { cwd: ROOT }).map((path) => readFileSync(join(ROOT, path), 'utf8'))
  const questions = files
    .map((text) => /^\/\*\*\n \* (.*\?)$/m.exec(text)?.[1])
    .filter((question) => question !== undefined)

  expect(bundled.flows.map(({ about }) => about).toSorted()).toEqual(questions.toSorted())
})
