import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

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
