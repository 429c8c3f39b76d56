/** What the address of a list of runs asks for. */
import { DAY, HOUR } from '../base/duration.ts'
import { UsageError } from '../base/errors.ts'
import { STATE_TYPES, type StateType } from '../model/state.ts'
import type { RunFilter } from '../project/index.ts'

export const STRETCHES = {
  '1h': { words: 'last hour', ms: HOUR },
  '24h': { words: 'last 24 hours', ms: DAY },
  '7d': { words: 'last 7 days', ms: 7 * DAY },
  '30d': { words: 'last 30 days', ms: 30 * DAY },
} as const

const RUNS_AT_MOST = 1_000

/** @throws UsageError `cli/usage` for a state, a stretch or a limit that is none */
export function readRunFilter(query: Readonly<Record<string, string>>, now: Date, limit: number): RunFilter {
  const given = (name: string) => (query[name] === '' ? undefined : query[name])
  const [state, since, asked] = [given('state'), given('since'), given('limit')]
  const states = state?.split(',') ?? []
  const unknown = states.find((each) => !STATE_TYPES.includes(each as StateType))
  if (unknown !== undefined) throw refuse(`"${unknown}" is not a state`, `use one of ${STATE_TYPES.join(', ')}`)
  if (since !== undefined && !(since in STRETCHES) && Number.isNaN(Date.parse(since))) {
    throw refuse(
      `"${since}" is neither a stretch of time nor a moment`,
      `use ${Object.keys(STRETCHES).join(', ')} or 2026-11-28T06:00:00Z`,
    )
  }
  const count = asked === undefined ? limit : Number(asked)
  if (!Number.isInteger(count) || count < 1 || count > RUNS_AT_MOST) {
    throw refuse(`"${asked}" is not a number of runs`, `give a whole number from 1 to ${RUNS_AT_MOST}`)
  }
  const [flowName, deploymentId, tag, before] = [given('flow'), given('deployment'), given('tag'), given('before')]
  return {
    limit: count,
    ...(states.length === 0 ? {} : { types: states as StateType[] }),
    ...(flowName === undefined ? {} : { flowName }),
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(tag === undefined ? {} : { tag }),
    ...(before === undefined ? {} : { before }),
    ...(since === undefined ? {} : { dueFrom: beginningOf(since, now).toISOString() }),
  }
}

function beginningOf(since: string, now: Date): Date {
  const stretch = (STRETCHES as Readonly<Record<string, { readonly ms: number }>>)[since]
  return stretch === undefined ? new Date(since) : new Date(now.getTime() - stretch.ms)
}

function refuse(message: string, hint: string): UsageError {
  return new UsageError('cli/usage', message, { hint })
}
