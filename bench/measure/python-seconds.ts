/** What well-known Python packages need for the same work, where they are installed. */
import { spawnSync } from 'node:child_process'

/**
 * The numbers that a script prints as one JSON object, or nothing when Python or a package is missing. The interpreter is
 * `python3`, or what `D2FLOW_BENCH_PYTHON` names.
 */
export function pythonSeconds(script: string): Readonly<Record<string, number>> {
  const python = process.env['D2FLOW_BENCH_PYTHON'] ?? 'python3'
  const run = spawnSync(python, ['-W', 'ignore', '-c', script], { encoding: 'utf8' })
  if (run.status !== 0) {
    console.error(`no peer to compare with: ${run.error?.message ?? run.stderr.trim().split('\n').at(-1) ?? ''}`)
    return {}
  }
  return JSON.parse(run.stdout) as Record<string, number>
}
