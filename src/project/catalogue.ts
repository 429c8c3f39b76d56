/** What a project has, by name, loaded only when it is used: importing every flow would cost a second. */
import { nearest } from '../base/nearest.ts'
import { ConfigError } from '../base/errors.ts'

/** A thing that is named before it is loaded. */
export interface Entry<T> {
  readonly name: string
  /** Another name people may type. */
  readonly shortName?: string
  /** For a flow, the question it answers; for a block type, what it connects to. */
  readonly about: string
  /** Where it stands among the others. */
  readonly shelf?: string
  readonly load: () => Promise<T>
}

/** @throws ConfigError `config/params` naming the nearest known name */
export function findEntry<T>(entries: readonly Entry<T>[], name: string, kind: string, listCommand: string): Entry<T> {
  const found = entries.find((entry) => entry.name === name || entry.shortName === name)
  if (found !== undefined) return found
  const near = nearest(
    name,
    entries.flatMap((entry) => [entry.name, ...(entry.shortName === undefined ? [] : [entry.shortName])]),
  )
  throw new ConfigError('config/params', `there is no ${kind} "${name}"`, {
    hint: near === null ? `see them with: ${listCommand}` : `did you mean "${near}"? see them all with: ${listCommand}`,
    details: { kind, name },
  })
}
