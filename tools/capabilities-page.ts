/** The text of docs/capabilities.md: each promise, and the tests whose names begin with its id. */
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { promiseGroups, promiseId } from './promises.ts'

const ROOT = join(import.meta.dirname, '..')

export function capabilitiesPage(): string {
  const proofs = findProofs()
  const sections = promiseGroups.map((group) => {
    const rows = group.promises.map((promise, at) => {
      const id = promiseId(group, at)
      const files = (proofs.get(id) ?? []).map((path) => `[${path.replace('test/', '')}](../${path})`)
      return `| ${id} | ${promise} | ${files.length === 0 ? 'none yet' : files.join(', ')} |`
    })
    return [
      `## ${group.code}: ${group.about}`,
      ['| id | promise | proved in |', '| --- | --- | --- |', ...rows].join('\n'),
    ]
  })
  return [
    '# Capabilities',
    '<!-- made by: npm run docs -->',
    'What is promised, and the tests that prove it. A test bears the id of its promise at the beginning of its name: `grep -r F012 test` finds it.',
    ...sections.flat(),
    '',
  ].join('\n\n')
}

/** Promises that no test names. */
export function unproved(): readonly string[] {
  const proofs = findProofs()
  return promiseGroups.flatMap((group) =>
    group.promises
      .map((promise, at) => ({ id: promiseId(group, at), promise }))
      .filter(({ id }) => !proofs.has(id))
      .map(({ id, promise }) => `${id} ${group.code}: ${promise}`),
  )
}

/** By id, the files with a test whose name begins with it, or with a list that holds it. */
function findProofs(): ReadonlyMap<string, readonly string[]> {
  const proofs = new Map<string, Set<string>>()
  for (const path of globSync('test/**/*.{test,contract}.ts', { cwd: ROOT })
    .concat('test/store/contract.ts')
    .toSorted()) {
    const text = readFileSync(join(ROOT, path), 'utf8')
    for (const [, ids = ''] of text.matchAll(/['"`]((?:F\d{3}[ ,:]+)+)/g)) {
      for (const [id] of ids.matchAll(/F\d{3}/g)) {
        const files = proofs.get(id) ?? new Set()
        proofs.set(id, files.add(path.split(sep).join('/')))
      }
    }
  }
  return new Map([...proofs].map(([id, files]) => [id, [...files]]))
}
