/** `d2flow vacuum`: lets old things go, and gives their room back. */
import { systemClock } from '../../base/clock.ts'
import { forgetOld, RETENTION, type RetentionDays } from '../../project/retention.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export async function vacuum(
  invocation: Invocation,
  given: { readonly [Kind in keyof RetentionDays]?: number | undefined },
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const { store, definition } = project
    const usual = { ...RETENTION, ...definition.retention }
    const days = {
      runs: given.runs ?? usual.runs,
      logs: given.logs ?? usual.logs,
      events: given.events ?? usual.events,
    }
    const before = await store.sizeBytes()
    const gone = await forgetOld(project, systemClock.now(), days)
    await store.compact()
    const after = await store.sizeBytes()
    const rows = Object.entries(gone).map(([what, number]) => ({ what: WORDS[what] ?? what, 'let go': number }))
    invocation.output.print(
      `${textTable(rows)}\n\nkept: runs ${days.runs} days, logs ${days.logs}, events ${days.events}; store ${megabytes(before)} → ${megabytes(after)}`,
    )
    invocation.output.document({ gone, days, bytes: { before, after } })
    return EXIT.done
  })
}

const WORDS: Readonly<Record<string, string>> = {
  logLines: 'log lines',
  cached: 'expired cache entries',
  firings: 'rule firings',
  servers: 'serving processes',
  files: 'result files',
  folders: 'folders of runs',
}

function megabytes(bytes: number | null): string {
  return bytes === null ? 'in memory' : `${(bytes / 1_000_000).toFixed(1)} MB`
}
