/** The variables of a project: configuration that is read while a flow runs, and changed without a release. */
import { ConfigError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { checkVariable } from '../model/variable.ts'
import type { VariableStore } from '../store/store.ts'

export interface Variables {
  /** @throws ConfigError `config/params` when there is none of that name */
  get(name: string): Promise<JsonValue>
  list: VariableStore['list']
  /**
   * @throws ConfigError `config/params` for a name or a value that cannot be kept
   * @throws StoreError `store/stale` when the name is taken and `overwrite` is not set; the old value stays
   */
  set(name: string, value: JsonValue, options?: { readonly overwrite?: boolean }): Promise<void>
  /** @throws ConfigError `config/params` when there is none of that name */
  unset(name: string): Promise<void>
}

export function variablesOf(store: VariableStore): Variables {
  return {
    async get(name) {
      const value = await store.get(name)
      if (value === undefined) throw await unknownVariable(store, name)
      return value
    },
    list: () => store.list(),
    async set(name, value, options = {}) {
      checkVariable(name, value)
      await store.set(name, value, options)
    },
    async unset(name) {
      if (!(await store.unset(name))) throw await unknownVariable(store, name)
    },
  }
}

async function unknownVariable(store: VariableStore, name: string): Promise<ConfigError> {
  const near = nearest(
    name,
    (await store.list()).map((variable) => variable.name),
  )
  return new ConfigError('config/params', `there is no variable "${name}"`, {
    hint: near === null ? `set it with: d2flow variable set ${name} VALUE` : `did you mean "${near}"?`,
  })
}
