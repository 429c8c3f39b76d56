/**
 * A project that is open: its flows and block types by name, its store, its saved blocks, and the host that it lends the
 * engine. Everything that a face (command line, page, test) needs, in one place.
 */
import { dirname, join } from 'node:path'
import { systemClock, type Clock } from '../base/clock.ts'
import { ConfigError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { Settings } from '../base/settings.ts'
import type { AnyBlock } from '../blocks/define.ts'
import { notifyRule, type DeploymentDefinition } from '../deploy/deployment.ts'
import type { AnyFlow } from '../engine/flow.ts'
import type { Host } from '../engine/host.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { openStore } from '../store/open.ts'
import { keepResult, loadResult } from '../store/results.ts'
import type { Store } from '../store/store.ts'
import { isGone, thisProcess } from '../worker/identity.ts'
import { findEntry, type Entry } from './catalogue.ts'
import type { ProjectDefinition } from './define-project.ts'
import { savedBlocks, type SavedBlocks } from './saved-blocks.ts'
import { loadSealingKey } from './sealing-key.ts'
import { variablesOf, type Variables } from './variables.ts'

export interface OpenProjectOptions {
  readonly folder: string
  readonly definition: ProjectDefinition
  /** Flows and block types that are known beside those of the definition. */
  readonly bundled?: { readonly flows: readonly Entry<AnyFlow>[]; readonly blocks: readonly Entry<AnyBlock>[] }
  readonly settings: Settings
  /** Wins over the definition's. */
  readonly store?: string | undefined
  readonly clock?: Clock
  /** Says one sentence to the person at the keyboard. */
  readonly tell?: (sentence: string) => void
  /** Connections in place of saved ones, by the slug or short name of their type: how a sandbox lends its addresses. */
  readonly instead?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface Project {
  readonly folder: string
  /** Where runs have folders of their own, each named after its run. */
  readonly workFolder: string
  readonly definition: ProjectDefinition
  readonly flows: readonly Entry<AnyFlow>[]
  readonly blockTypes: readonly Entry<AnyBlock>[]
  readonly deployments: readonly DeploymentDefinition[]
  readonly store: Store
  readonly blocks: SavedBlocks
  readonly variables: Variables
  /** @throws ConfigError `config/params` with the nearest name */
  flow(name: string): Promise<AnyFlow>
  /** By slug or short name. @throws ConfigError `config/params` with the nearest name */
  blockType(name: string): Promise<AnyBlock>
  /** What a run here is lent; members given win. */
  host(more?: Partial<Host>): Host
  close(): Promise<void>
}

const DEFAULT_STORE = 'sqlite:.d2flow/d2flow.db'

export async function openProject(options: OpenProjectOptions): Promise<Project> {
  const { folder, definition, settings, clock = systemClock, tell = () => {}, instead = {} } = options
  const bundledFlows = options.bundled?.flows ?? []
  const flows = merge(ownFlows(definition, bundledFlows).map(flowEntry), bundledFlows)
  const blockTypes = merge((definition.blocks ?? []).map(blockEntry), [
    ...STANDARD_BLOCKS,
    ...(options.bundled?.blocks ?? []),
  ])
  const store = await openStore(options.store ?? definition.store ?? DEFAULT_STORE, { clock, projectFolder: folder })

  const sealingKey = async ({ create }: { readonly create: boolean }) =>
    await loadSealingKey({ settings, tell, create: create && store.kind !== 'postgres' })
  const blocks = savedBlocks({ store: store.blocks, clock, sealingKey })
  const identity = thisProcess()
  const workFolder = join(store.folder === null ? join(folder, '.d2flow') : dirname(store.folder), 'work')
  const definitions = definition.deployments ?? []

  return {
    folder,
    workFolder,
    definition,
    flows,
    blockTypes,
    deployments: definitions,
    store,
    blocks,
    variables: variablesOf(store.variables),
    flow: async (name) => await findEntry(flows, name, 'flow', 'd2flow flows').load(),
    blockType: async (name) => await findEntry(blockTypes, name, 'block type', 'd2flow block types').load(),
    host: (more = {}) => ({
      store,
      clock,
      identity,
      isGone: (worker) => isGone(worker, identity),
      results: { keep: (value) => keepResult(store, 'results', value), load: (kept) => loadResult(store, kept) },
      sealingKey: () => sealingKey({ create: false }),
      workDir: (run) => join(workFolder, run.id),
      messages: (run, state) => runMessages({ store, definition }, run, state),
      ...(definition.retry === undefined ? {} : { defaultRetry: definition.retry }),
      settingsInstead: (block) => instead[block.slug] ?? instead[block.shortName ?? ''],
      ...more,
    }),
    close: () => store.close(),
  }
}

/** A flow that is deployed can be run by hand too, whether `flows` names it or not. */
function ownFlows(
  { flows = [], deployments = [] }: ProjectDefinition,
  bundled: readonly Entry<AnyFlow>[],
): readonly (AnyFlow | Entry<AnyFlow>)[] {
  const known = new Set([...flows, ...bundled].map(({ name }) => name))
  const deployed = new Map(deployments.map(({ flow }) => [flow.name, flow]))
  return [...flows, ...[...deployed.values()].filter(({ name }) => !known.has(name))]
}

/** What the end of a run has to tell: asked of the deployment as the store holds it now, and of the project. */
export async function runMessages(
  { store, definition }: Pick<Project, 'store' | 'definition'>,
  run: FlowRun,
  state: State,
): Promise<readonly OutboxMessage[]> {
  const deployment = run.deploymentId === null ? null : await store.deployments.getById(run.deploymentId)
  if (deployment === null) return []
  const rules = [...deployment.notify, ...(definition.notify ?? []).map(notifyRule)]
  if (rules.length === 0) return []
  const { messagesForRun } = await import('../notify/run-messages.ts')
  const newest = await store.runs.list({ deploymentId: deployment.id, types: ENDED, limit: 2 })
  const before = newest.find(({ id }) => id !== run.id)?.state ?? null
  return messagesForRun({ run, state, before, importance: deployment.importance, rules }, () => newId())
}

const ENDED = ['completed', 'failed', 'crashed'] as const

/** Loaded when one of them is opened, listed or made: most runs use none. */
const STANDARD_BLOCKS: readonly Entry<AnyBlock>[] = [
  {
    name: 'slack-webhook',
    shortName: 'slack',
    about: 'messages to a Slack channel',
    load: async () => (await import('../notify/slack.ts')).slackWebhook,
  },
  {
    name: 'custom-webhook',
    shortName: 'webhook',
    about: 'messages to any HTTP address',
    load: async () => (await import('../notify/webhook.ts')).customWebhook,
  },
  {
    name: 'secret',
    about: 'one secret text',
    load: async () => (await import('../blocks/standard.ts')).secretBlock,
  },
  {
    name: 'json',
    about: 'any JSON value, not sealed',
    load: async () => (await import('../blocks/standard.ts')).jsonBlock,
  },
]

function flowEntry(given: AnyFlow | Entry<AnyFlow>): Entry<AnyFlow> {
  return 'load' in given
    ? given
    : { name: given.name, about: given.description ?? '', load: () => Promise.resolve(given) }
}

function blockEntry(given: AnyBlock | Entry<AnyBlock>): Entry<AnyBlock> {
  if ('load' in given) return given
  return {
    name: given.slug,
    ...(given.shortName === undefined ? {} : { shortName: given.shortName }),
    about: '',
    load: () => Promise.resolve(given),
  }
}

/** The project's own come first and win by name. @throws ConfigError `config/setting` for a name used twice in it */
function merge<T>(own: readonly Entry<T>[], bundled: readonly Entry<T>[]): readonly Entry<T>[] {
  const repeated = own.find((entry, at) => own.findIndex(({ name }) => name === entry.name) !== at)
  if (repeated !== undefined) {
    throw new ConfigError('config/setting', `the project names "${repeated.name}" twice`, {
      hint: 'give each flow and block type a name of its own',
    })
  }
  return [...own, ...bundled.filter(({ name }) => !own.some((entry) => entry.name === name))]
}
