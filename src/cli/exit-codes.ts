/** How a command ends, for scripts: 0 done, 1 the run failed, 2 wrong use or configuration, 3 the other side could not be reached. */

export const EXIT = { done: 0, runFailed: 1, wrongUse: 2, unreachable: 3 } as const

const UNREACHABLE = new Set(['http/network', 'http/timeout', 'http/redirect', 'http/shape', 'http/circuit-open'])

/**
 * The exit code of a failure, by its code and its HTTP status. Credentials that were refused are configuration; an
 * answer that is not the API's (a proxy's HTML page, a 502) means that the other side was not reached.
 */
export function exitCodeOf(failure: {
  readonly code: string
  readonly details?: Readonly<Record<string, unknown>> | undefined
}): number {
  const { code } = failure
  if (UNREACHABLE.has(code)) return EXIT.unreachable
  if (code === 'http/status') return Number(failure.details?.['status'] ?? 0) >= 500 ? EXIT.unreachable : EXIT.runFailed
  // a run was asked to become what it cannot
  if (code === 'engine/transition') return EXIT.wrongUse
  if (code === 'http/auth' || code.startsWith('config/') || code.startsWith('cli/') || code.startsWith('store/'))
    return EXIT.wrongUse
  return EXIT.runFailed
}
