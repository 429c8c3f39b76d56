/** A fault to be found: writes of a process that has lost its run are accepted. Loaded before everything else. */
import { registerHooks } from 'node:module'

const CHECKS: readonly { readonly file: string; readonly text: string }[] = [
  { file: '/src/store/sql/writing.ts', text: 'if (run.epoch !== epoch) throw' },
  { file: '/src/store/sql/runs.ts', text: 'if (row.epoch !== change.epoch) throw' },
]

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const check = CHECKS.find(({ file }) => url.endsWith(file))
    if (check === undefined) return loaded
    const { source: given } = loaded
    const source = typeof given === 'string' ? given : new TextDecoder().decode(given ?? undefined)
    if (!source.includes(check.text)) throw new Error(`${check.file} has no "${check.text}" to be dropped`)
    return { ...loaded, source: source.replace(check.text, 'if (false) throw') }
  },
})
