/**
 * Connections for a run: a saved block, one that its type brings along, values lent by the host, or the fallback that the
 * flow names.
 *
 * A fallback is only for when there is no store at all. It is marked on the run and said in its log, and cannot write:
 * a production write must not end up on a demonstration server. Against a store a misspelt name is an error.
 */
import type { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import type { Io } from '../base/io.ts'
import type { JsonObject } from '../base/json.ts'
import { createLog } from '../base/log.ts'
import type { AnyBlock, Block } from '../blocks/define.ts'
import { currentFrame, type Frame } from './runtime-info.ts'
import type { RunScope } from './run-scope.ts'

export interface OpenOptions {
  /** Name of one of the block's fallbacks, for when there is no store at all. */
  readonly fallback?: string
  /** The flow means to write even through the fallback. */
  readonly allowWrites?: boolean
}

export async function openBlock<Schema extends z.ZodType, Client>(
  frame: Frame,
  block: Block<Schema, Client>,
  name: string,
  options: OpenOptions,
): Promise<Awaited<Client>> {
  const { scope } = frame
  const key = [block.slug, name, options.fallback ?? '', options.allowWrites === true].join('\n')
  let client = scope.clients.get(key)
  if (client === undefined) {
    client = connect(frame, block, name, options)
    scope.clients.set(key, client)
    // the next call tries again, and a failure that two bodies share is not a stray one
    client.catch(() => scope.clients.delete(key))
  }
  return (await client) as Awaited<Client>
}

async function connect(frame: Frame, block: AnyBlock, name: string, options: OpenOptions): Promise<unknown> {
  const { scope } = frame
  const stub = await scope.host.openInstead?.(block, name, ioFor(frame, false))
  if (stub !== undefined) return stub

  const { values, fallback } = await findValues(scope, block, name, options)
  const readOnly = fallback !== null && options.allowWrites !== true
  if (fallback !== null) await markFallback(frame, block, name, fallback, readOnly)
  const { parseSettings } = await import('../blocks/define.ts')
  const client = await block.open(parseSettings(block, values), ioFor(frame, readOnly))
  const close = closerOf(client)
  if (close !== null) scope.closers.push(close)
  return client
}

interface FoundValues {
  readonly values: unknown
  /** Its name, when that is what it is. */
  readonly fallback: string | null
}

async function findValues(scope: RunScope, block: AnyBlock, name: string, options: OpenOptions): Promise<FoundValues> {
  const { host } = scope
  const lent = await host.settingsInstead?.(block, name)
  if (lent !== undefined) return { values: lent, fallback: null }
  if (host.store !== null) {
    const document = await host.store.blocks.get(block.slug, name)
    if (document !== null) return { values: await unsealed(scope, document.values, document.id), fallback: null }
  }
  const builtIn: unknown = block.builtIn?.[name]
  if (builtIn !== undefined) return { values: builtIn, fallback: null }
  if (host.store !== null) throw await missing(scope, block, name)
  if (options.fallback === undefined) {
    throw new ConfigError(
      'config/block-missing',
      `there is no store to look for the ${block.slug} block "${name}" in`,
      {
        hint: 'run it in a project, or name a fallback: ctx.open(block, name, { fallback })',
      },
    )
  }
  const values: unknown = block.fallbacks?.[options.fallback]
  if (values === undefined) {
    const known = Object.keys(block.fallbacks ?? {})
    throw new ConfigError('config/block-missing', `${block.slug} has no fallback named "${options.fallback}"`, {
      hint: known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`,
    })
  }
  return { values, fallback: options.fallback }
}

async function unsealed(scope: RunScope, values: JsonObject, id: string): Promise<unknown> {
  const { hasSealed, unsealValues } = await import('../blocks/seal-values.ts')
  if (!hasSealed(values)) return values
  const key = await scope.host.sealingKey?.()
  if (key !== undefined) return unsealValues(values, key, id)
  throw new ConfigError('config/block-invalid', 'the block holds sealed values and there is no key to open them', {
    hint: 'set D2FLOW_KEY to the key it was saved with',
  })
}

async function missing(scope: RunScope, block: AnyBlock, name: string): Promise<ConfigError> {
  const saved = (await scope.host.store?.blocks.list(block.slug)) ?? []
  const shown = block.shortName ?? block.slug
  const named = (what: string, names: readonly string[]) =>
    names.length === 0 ? '' : `; ${what} ${names.map((each) => `"${each}"`).join(', ')}`
  const known =
    named(
      'saved are',
      saved.map((document) => document.name),
    ) + named('built in are', Object.keys(block.builtIn ?? {}))
  return new ConfigError('config/block-missing', `no ${shown} block is saved as "${name}"${known}`, {
    hint: `create it with: d2flow block create ${shown} ${name}`,
    details: { block: block.slug, name, saved: saved.map((document) => document.name) },
  })
}

async function markFallback(
  { scope, step }: Frame,
  block: AnyBlock,
  name: string,
  fallback: string,
  readOnly: boolean,
): Promise<void> {
  const mark = `${block.slug} "${name}": fallback ${fallback}`
  scope
    .log(step)
    .warn(
      `there is no store: ${block.slug} "${name}" is the fallback "${fallback}", ${readOnly ? 'and cannot write' : 'and writes are allowed by the flow'}`,
    )
  if (scope.run.fallbacks.includes(mark)) return
  const fallbacks = [...scope.run.fallbacks, mark]
  scope.run = { ...scope.run, fallbacks }
  await scope.recorder.write([
    { kind: 'run-patched', runId: scope.run.id, epoch: scope.run.epoch, patch: { fallbacks } },
  ])
}

/**
 * A client outlives the body that opened it, so what it is lent answers for whoever calls it: the log line belongs to
 * the calling step, and the signal is that step's time limit. A client asks for the signal anew at each request.
 */
function ioFor({ scope }: Frame, readOnly: boolean): Io {
  const { host } = scope
  const calling = () => {
    const frame = currentFrame()
    return frame?.scope === scope ? frame : null
  }
  return {
    clock: host.clock,
    log: createLog((level, message, fields) => scope.log(calling()?.step ?? null)[level](message, fields)),
    get signal() {
      return calling()?.signal ?? scope.signal
    },
    dispatcher: host.dispatcher,
    random: host.random,
    readOnly,
    onProgress({ done, total, unit }) {
      host.onProgress?.({ ...scope.place(calling()?.step ?? null), done, total: total ?? null, unit })
    },
  }
}

function closerOf(client: unknown): (() => unknown) | null {
  if (client === null || typeof client !== 'object') return null
  const disposable = client as Partial<AsyncDisposable & Disposable> & { readonly close?: unknown }
  const { close } = disposable
  if (typeof close === 'function') return () => close.call(client) as unknown
  if (Symbol.asyncDispose in client) return () => disposable[Symbol.asyncDispose]?.()
  if (Symbol.dispose in client) return () => disposable[Symbol.dispose]?.()
  return null
}
