/** Operations that may be asked for twice and are done once: each has an id made from its name and inputs. */
import { z } from 'zod'
import { canonicalJson, sha256Hex } from '../base/hash.ts'
import { readJsonFile, writeJsonFile } from '../files/json-file.ts'

export interface Performed<T> {
  readonly id: string
  readonly result: T
  /** False when the result is the stored one of an earlier time. */
  readonly executed: boolean
}

export interface Operations {
  /**
   * Does the work, or gives the stored result of the same operation. Two that ask at the same time share one execution.
   * What fails is not stored. Results must be JSON; a stored one comes back as JSON holds it.
   */
  perform<T>(name: string, inputs: unknown, work: () => T | Promise<T>): Promise<Performed<T>>
}

const Ledger = z.object({ version: z.literal(1), results: z.record(z.string(), z.json()) })

/**
 * 16 hex digits from name and inputs. The order of keys makes no difference; 1 and "1" do.
 *
 * @throws DataError `data/json` for what JSON cannot hold
 */
export function operationId(name: string, inputs: unknown): string {
  return sha256Hex(canonicalJson({ name, inputs })).slice(0, 16)
}

/**
 * Operations remembered in a file, so that a run after this one knows them too; null keeps them in memory only. One
 * process at a time may use a file.
 *
 * @throws DataError `data/file` when the file is damaged
 */
export async function openOperations(path: string | null): Promise<Operations> {
  const results: Record<string, z.output<ReturnType<typeof z.json>>> = path === null
    ? {}
    : ((await readJsonFile(path, Ledger))?.results ?? {})
  const underWay = new Map<string, Promise<unknown>>()
  let writing: Promise<unknown> = Promise.resolve()

  const execute = async (id: string, work: () => unknown) => {
    const result: unknown = await work()
    // the text of canonical JSON refuses what would not come back the same
    results[id] = JSON.parse(canonicalJson(result ?? null))
    if (path !== null) {
      writing = writing.catch(() => {}).then(() => writeJsonFile(path, { version: 1, results })) // each tells its own caller
      await writing
    }
    return results[id]
  }

  return {
    async perform<T>(name: string, inputs: unknown, work: () => T | Promise<T>) {
      const id = operationId(name, inputs)
      if (Object.hasOwn(results, id) && !underWay.has(id)) {
        return { id, result: results[id] as T, executed: false }
      }
      const present = underWay.get(id)
      if (present !== undefined) return { id, result: (await present) as T, executed: false }
      const begun = execute(id, work)
      underWay.set(id, begun)
      try {
        return { id, result: (await begun) as T, executed: true }
      } finally {
        underWay.delete(id)
      }
    },
  }
}
