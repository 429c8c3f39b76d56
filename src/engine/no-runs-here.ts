/**
 * In a thread that computes no run may start: the file it loads would start its flow a second time, and what the body
 * calls would be no step of its run.
 */
import { ConfigError } from '../base/errors.ts'

let forbidden: { readonly loading: string | null } | null = null

/** From now on, in this thread; `loading` is the file that is being loaded. */
export function forbidRuns(loading: string | null): void {
  forbidden = { loading }
}

/** @throws ConfigError `config/params` in a thread that computes */
export function refuseWhereForbidden(what: string): void {
  if (forbidden === null) return
  if (forbidden.loading === null) {
    throw new ConfigError(
      'config/params',
      `${what} was called in a thread that computes, where nothing is kept of it`,
      {
        hint: 'call it from the flow, or call its bare function there: fn(…)',
      },
    )
  }
  throw new ConfigError('config/params', `${forbidden.loading} starts ${what} when it is loaded, also by a thread`, {
    hint: 'start it with runIfMain(import.meta, …), or define the tasks that say cpu: true in a file of their own',
  })
}
