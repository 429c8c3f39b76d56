/** A store from its address. */
import { isAbsolute, join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ConfigError } from '../base/errors.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions {
  readonly clock: Clock
  /** What a relative path in the address counts from. */
  readonly projectFolder: string
}

/** In the project's folder. */
export const DEFAULT_STORE = 'sqlite:.d2flow/d2flow.db'

/**
 * `memory:` is gone with the process; `sqlite:<path>` is a file.
 *
 * @throws ConfigError `config/setting` for an address it does not know
 * @throws StoreError when the store is there and cannot be opened
 */
export async function openStore(address: string, options: OpenStoreOptions): Promise<Store> {
  const { scheme, rest } = split(address)
  switch (scheme) {
    case 'memory': {
      const { createMemoryStore } = await import('./memory.ts')
      return createMemoryStore({ clock: options.clock })
    }
    case 'sqlite': {
      if (rest === '') throw unusable(address, 'it names no file', `write it like ${DEFAULT_STORE}`)
      const { openSqliteStore } = await import('./sqlite.ts')
      const path = isAbsolute(rest) ? rest : join(options.projectFolder, rest)
      return await openSqliteStore({ path, clock: options.clock })
    }
    case 'postgres':
    case 'postgresql':
      throw unusable(
        `${scheme}:`,
        'PostgreSQL comes with a later version',
        `use a SQLite file until then: ${DEFAULT_STORE}`,
      )
    default:
      throw unusable(
        scheme === null ? address : `${scheme}:`,
        'it begins with nothing known',
        `use sqlite:<file>, like ${DEFAULT_STORE}, or memory:`,
      )
  }
}

function split(address: string): { readonly scheme: string | null; readonly rest: string } {
  const colon = address.indexOf(':')
  if (colon < 1) return { scheme: null, rest: address }
  return { scheme: address.slice(0, colon).toLowerCase(), rest: address.slice(colon + 1) }
}

/** Of what may hold a password only the scheme is repeated. */
function unusable(shown: string, why: string, hint: string): ConfigError {
  return new ConfigError('config/setting', `the store address "${shown}" cannot be used: ${why}`, { hint })
}
