/** Blocks in the store: saved with their secrets sealed, opened as clients, shown as ***. */
import type { Clock } from '../base/clock.ts'
import { ConfigError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { Io } from '../base/io.ts'
import { nearest } from '../base/nearest.ts'
import { parseSettings, type AnyBlock } from '../blocks/define.ts'
import { hasSealed, sealValues, unsealValues } from '../blocks/seal-values.ts'
import type { BlockDocument } from '../model/block-document.ts'
import type { BlockStore } from '../store/store.ts'

export interface SavedBlocksOptions {
  readonly store: BlockStore
  readonly clock: Clock
  /** The key; `create` makes one when there is none. */
  readonly sealingKey: (options: { readonly create: boolean }) => Promise<Uint8Array>
}

export interface SavedBlocks {
  /**
   * Checks the values against the type's schema and saves them.
   *
   * @throws ConfigError `config/block-invalid` naming each field that does not fit
   * @throws StoreError `store/stale` when the name is taken and `overwrite` is not set
   */
  save(
    block: AnyBlock,
    name: string,
    values: Readonly<Record<string, unknown>>,
    options?: { readonly overwrite?: boolean },
  ): Promise<BlockDocument>
  /**
   * Saves other values under the same name; wherever they say `***`, what is saved stays.
   *
   * @throws ConfigError `config/block-missing`, `config/block-invalid`
   */
  revise(block: AnyBlock, name: string, values: Readonly<Record<string, unknown>>): Promise<BlockDocument>
  /** @throws ConfigError `config/block-missing`, `config/block-invalid` */
  open(block: AnyBlock, name: string, io: Io): Promise<unknown>
  list(): Promise<readonly BlockDocument[]>
  /** @throws ConfigError `config/block-missing` naming the saved names of the type */
  get(block: AnyBlock, name: string): Promise<BlockDocument>
  /** @throws ConfigError `config/block-missing` */
  delete(block: AnyBlock, name: string): Promise<void>
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

export function savedBlocks({ store, clock, sealingKey }: SavedBlocksOptions): SavedBlocks {
  const get = async (block: AnyBlock, name: string) => {
    const found = await store.get(block.slug, name)
    if (found !== null) return found
    throw await missing(store, block, name)
  }
  const plainValues = async ({ id, values }: BlockDocument) =>
    hasSealed(values) ? unsealValues(values, await sealingKey({ create: false }), id) : values
  const save: SavedBlocks['save'] = async (block, name, values, options = {}) => {
    if (!NAME.test(name)) {
      throw new ConfigError('config/block-invalid', `"${name}" cannot be the name of a block`, {
        hint: 'use letters, digits, dots, dashes and underscores, beginning with a letter or a digit',
      })
    }
    parseSettings(block, values)
    const existing = await store.get(block.slug, name)
    const id = existing?.id ?? newId()
    const at = clock.now().toISOString()
    // a block without secrets needs no key, and none is made for it
    const probe = sealValues(block, values, new Uint8Array(32), id)
    const sealed = hasSealed(probe) ? sealValues(block, values, await sealingKey({ create: true }), id) : probe
    const document: BlockDocument = {
      id,
      type: block.slug,
      name,
      values: sealed,
      createdAt: existing?.createdAt ?? at,
      updatedAt: at,
    }
    await store.save(document, options)
    return document
  }
  return {
    get,
    save,
    list: () => store.list(),
    async revise(block, name, values) {
      const saved = await plainValues(await get(block, name))
      return await save(block, name, withSaved(values, saved) as Record<string, unknown>, { overwrite: true })
    },
    async open(block, name, io) {
      return block.open(parseSettings(block, await plainValues(await get(block, name))), io)
    },
    async delete(block, name) {
      if (!(await store.delete(block.slug, name))) throw await missing(store, block, name)
    },
  }
}

/** Values in which `***` is what stands in the same place of the saved ones. */
function withSaved(value: unknown, saved: unknown): unknown {
  if (value === '***') return saved
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const kept = saved !== null && typeof saved === 'object' ? (saved as Record<string, unknown>) : {}
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSaved(member, kept[name])]))
}

async function missing(store: BlockStore, block: AnyBlock, name: string): Promise<ConfigError> {
  const type = block.shortName ?? block.slug
  const names = (await store.list(block.slug)).map((saved) => saved.name)
  const near = nearest(name, names)
  const known = names.length === 0 ? '' : `; saved are ${names.map((each) => `"${each}"`).join(', ')}`
  return new ConfigError('config/block-missing', `no ${type} block is saved as "${name}"${known}`, {
    hint: near === null ? `create it with: d2flow block create ${type} ${name}` : `did you mean "${near}"?`,
    details: { type: block.slug, name },
  })
}
