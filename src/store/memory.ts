/**
 * A store that is gone with its process: for tests, for runs without a store, and as the reference for what the words of
 * `store.ts` mean. It reads from top to bottom; nothing in it is clever.
 */
import type { Clock } from '../base/clock.ts'
import type { JsonValue } from '../base/json.ts'
import type { Artifact } from '../model/artifact.ts'
import type { BlockDocument } from '../model/block-document.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Event } from '../model/event.ts'
import { createLimitTable } from '../model/limit-table.ts'
import type { LogLine } from '../model/log-line.ts'
import { newState } from '../model/new-state.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { RuleFiring } from '../model/rule-firing.ts'
import type { FlowRun } from '../model/run.ts'
import { assertTransition, isTerminal, type State } from '../model/state.ts'
import type { ServerRecord } from '../model/server-record.ts'
import type { TaskRun } from '../model/task-run.ts'
import type { TransactionRecord } from '../model/transaction.ts'
import type { WorkPool } from '../model/work-pool.ts'
import {
  blockEvent,
  deploymentDeleted,
  deploymentEvents,
  limitEvent,
  runDeleted,
  runEvent,
  variableEvent,
  workPoolEvent,
} from './events-of.ts'
import { levelsFrom } from './log-levels.ts'
import {
  keyTaken,
  lostRun,
  nameTaken,
  notEnded,
  runExists,
  runMovedOn,
  unknownRun,
  unknownTaskRun,
} from './refusals.ts'
import { endsLease, isRepeated, scheduledForMs } from './state-rules.ts'
import type { CacheClaim, CacheClaimant, CacheRecord, Change, Lease, RunFilter, RunTally, Store } from './store.ts'

const RUNS_PER_PAGE = 50
const EVENTS_PER_PAGE = 100

interface KeptRun {
  run: FlowRun
  history: readonly State[]
}

interface KeptTaskRun {
  taskRun: TaskRun
  history: readonly State[]
}

interface KeptVariable {
  readonly name: string
  readonly value: JsonValue
  readonly updatedAt: string
}

export function createMemoryStore({ clock }: { readonly clock: Clock }): Store {
  const runs = createTable<KeptRun>()
  const taskRuns = createTable<KeptTaskRun>()
  const leases = createTable<Lease>()
  const cache = createTable<CacheRecord>()
  const cacheClaims = createTable<CacheClaimant>()
  const outbox = createTable<OutboxMessage>()
  const blocks = createTable<BlockDocument>()
  const variables = createTable<KeptVariable>()
  const deployments = createTable<DeploymentRecord>()
  const logs = createTable<LogLine>()
  const artifacts = createTable<Artifact>()
  const events = createTable<Event>()
  const transactions = createTable<TransactionRecord>()
  const firings = createTable<RuleFiring>()
  const servers = createTable<ServerRecord>()
  const workPools = createTable<WorkPool>()
  const tables = [
    runs,
    taskRuns,
    leases,
    cache,
    cacheClaims,
    outbox,
    blocks,
    variables,
    deployments,
    logs,
    artifacts,
    events,
    transactions,
    firings,
    servers,
    workPools,
  ]

  let commits = 0

  /** All of it or nothing. */
  const transaction = <T>(work: () => T): T => {
    try {
      const result = work()
      for (const table of tables) table.commit()
      commits += 1
      return result
    } catch (error) {
      for (const table of tables) table.rollBack()
      throw error
    }
  }

  const nowMs = () => clock.now().getTime()
  const limits = createLimitTable({
    nowMs,
    isAlive(runId, epoch) {
      const lease = leases.get(runId)
      return lease?.epoch === epoch && Date.parse(lease.expiresAt) > nowMs()
    },
    nameTaken: (name) => nameTaken('limit', name),
    onChange: (what, name) => transaction(() => events.add(limitEvent(what, name, clock.now()))),
  })
  const heldRun = (runId: string, epoch: number): KeptRun => {
    const kept = runs.get(runId)
    if (kept === undefined) throw unknownRun(runId)
    if (kept.run.epoch !== epoch) throw lostRun(runId, epoch, kept.run.epoch)
    return kept
  }
  const assertRun = (runId: string) => {
    if (runs.get(runId) === undefined) throw unknownRun(runId)
  }
  /** With all that hangs on them. */
  const dropRuns = (ids: ReadonlySet<string>) => {
    runs.drop(({ run }) => ids.has(run.id))
    taskRuns.drop(({ taskRun }) => ids.has(taskRun.runId))
    for (const table of [artifacts, logs, leases, cacheClaims, transactions]) {
      table.drop(({ runId }) => ids.has(runId))
    }
  }
  const hasLiveKey = (run: FlowRun) =>
    run.key !== null &&
    runs
      .all()
      .some(
        ({ run: other }) =>
          other.id !== run.id && other.flowName === run.flowName && other.key === run.key && !isTerminal(other.state),
      )

  const keptUnder = (key: string): CacheRecord | null => {
    const record = cache.get(key)
    if (record === undefined) return null
    return record.expiresAt !== null && Date.parse(record.expiresAt) <= nowMs() ? null : record
  }
  const isLive = ({ runId, epoch }: CacheClaimant) => {
    const lease = leases.get(runId)
    return lease?.epoch === epoch && Date.parse(lease.expiresAt) > nowMs()
  }
  const endClaim = (key: string, { runId, epoch }: CacheClaimant) => {
    const claim = cacheClaims.get(key)
    if (claim?.runId === runId && claim.epoch === epoch) cacheClaims.delete(key)
  }

  const countGrave = ({ runId, level }: LogLine) => {
    const kept = runs.get(runId)
    if (kept === undefined || (level !== 'warn' && level !== 'error')) return
    const { warnings, errors } = kept.run.logged
    const logged = level === 'warn' ? { warnings: warnings + 1, errors } : { warnings, errors: errors + 1 }
    runs.put(runId, { ...kept, run: { ...kept.run, logged } })
  }

  const applyChanges = (changes: readonly Change[]) => {
    /** Runs whose moment had one already: what the list says of them is left out too. */
    const ignored = new Set<string>()
    for (const change of changes) applyChange(change, ignored)
  }

  const applyChange = (change: Change, ignored: Set<string>) => {
    switch (change.kind) {
      case 'run-created': {
        const { run } = change
        assertTransition('flow', 'new', run.state)
        if (run.scheduleSlug !== null && runs.all().some(({ run: other }) => isSameMoment(run, other))) {
          ignored.add(run.id)
          return
        }
        if (hasLiveKey(run)) throw keyTaken(run.flowName, run.key ?? '')
        if (runs.get(run.id) !== undefined) throw runExists(run.id)
        runs.put(run.id, { run, history: [run.state] })
        events.add(runEvent(run, run.state, null))
        if (change.claimed !== undefined) {
          const expiresAt = new Date(nowMs() + change.claimed.leaseMs).toISOString()
          leases.put(run.id, { runId: run.id, epoch: run.epoch, worker: change.claimed.worker, expiresAt })
        }
        return
      }
      case 'run-state': {
        if (ignored.has(change.runId)) return
        const { state } = change
        const { run, history } = heldRun(change.runId, change.epoch)
        if (isRepeated(history, state)) return
        if (change.ifStateId !== undefined && run.state.id !== change.ifStateId) throw runMovedOn(run.id, run.state)
        assertTransition('flow', run.state, state)
        if (isTerminal(run.state) && hasLiveKey(run)) throw keyTaken(run.flowName, run.key ?? '')
        runs.put(run.id, {
          run: { ...run, ...change.patch, state, epoch: change.nextEpoch ?? run.epoch },
          history: [...history, state],
        })
        events.add(runEvent(run, state, run.state))
        if (endsLease(state)) leases.delete(run.id)
        return
      }
      case 'run-patched': {
        if (ignored.has(change.runId)) return
        const { run, history } = heldRun(change.runId, change.epoch)
        runs.put(run.id, { run: { ...run, ...change.patch }, history })
        return
      }
      case 'task-runs-created': {
        if (ignored.has(change.runId)) return
        heldRun(change.runId, change.epoch)
        for (const { taskRun, states } of change.taskRuns) {
          assertChain('new', states)
          taskRuns.put(taskRun.id, {
            taskRun: { ...taskRun, state: states.at(-1) ?? taskRun.state },
            history: states,
          })
        }
        return
      }
      case 'task-run-state': {
        if (ignored.has(change.runId)) return
        heldRun(change.runId, change.epoch)
        const kept = taskRuns.get(change.taskRunId)
        if (kept?.taskRun.runId !== change.runId) throw unknownTaskRun(change.taskRunId, change.runId)
        const states = change.states.filter((state) => !isRepeated(kept.history, state))
        if (states.length === 0 && change.states.length > 0) return
        assertChain(kept.taskRun.state, states)
        taskRuns.put(change.taskRunId, {
          taskRun: { ...kept.taskRun, ...change.patch, state: states.at(-1) ?? kept.taskRun.state },
          history: [...kept.history, ...states],
        })
        return
      }
      case 'logs':
        for (const line of change.lines.filter(({ runId }) => !ignored.has(runId))) {
          assertRun(line.runId)
          logs.add(line)
          countGrave(line)
        }
        return
      case 'artifact': {
        const { artifact } = change
        if (ignored.has(artifact.runId)) return
        assertRun(artifact.runId)
        const earlier = artifacts.find((other) => takesPlaceOf(artifact, other))
        if (earlier === undefined) artifacts.add(artifact)
        else artifacts.put(earlier, artifact)
        return
      }
      case 'outbox': {
        const { message } = change
        if (message.runId !== null && ignored.has(message.runId)) return
        if (!outbox.all().some(({ key }) => key === message.key)) outbox.put(message.id, message)
        return
      }
      case 'event':
        events.add(change.event)
        return
      case 'rule-fired':
        if (firings.get(change.firing.key) === undefined) firings.put(change.firing.key, change.firing)
        return
      case 'rule-cleared': {
        const firing = firings.get(change.key)
        if (firing?.clearedAt === null) firings.put(change.key, { ...firing, clearedAt: change.at })
        return
      }
      case 'cache':
        cache.put(change.record.key, change.record)
        if (change.claimedBy !== undefined) endClaim(change.record.key, change.claimedBy)
        return
      case 'transaction': {
        const { transaction } = change
        heldRun(transaction.runId, change.epoch)
        transactions.put(`${transaction.runId} ${transaction.key}`, transaction)
        return
      }
      default:
        change satisfies never
    }
  }

  const dropUnstarted = (deploymentId: string, scheduleSlug?: string): number => {
    const dropped = runs
      .all()
      .map(({ run }) => run)
      .filter(
        (run) =>
          run.deploymentId === deploymentId &&
          (scheduleSlug === undefined || run.scheduleSlug === scheduleSlug) &&
          isWaitingToStart(run),
      )
    for (const run of dropped) runs.delete(run.id)
    return dropped.length
  }

  const isHeldBack = (run: FlowRun) =>
    run.scheduleSlug !== null && deployments.all().some(({ id, paused }) => id === run.deploymentId && paused)

  const poolOf = (run: FlowRun) => deployments.all().find(({ id }) => id === run.deploymentId)?.pool ?? null
  const waitsIn = (run: FlowRun, pool: string | null | undefined) => pool === undefined || poolOf(run) === pool
  const underWay = (pool: string) =>
    leases.all().filter(({ runId }) => {
      const kept = runs.get(runId)
      return kept !== undefined && poolOf(kept.run) === pool
    }).length
  /** Whether as many other runs of its deployment are under way as may be at once. */
  const isFull = ({ id, deploymentId }: FlowRun, now: Date): boolean => {
    const limit = deployments.all().find((deployment) => deployment.id === deploymentId)?.concurrencyLimit?.limit
    if (limit === undefined) return false
    const others = runs
      .all()
      .filter(({ run }) => run.deploymentId === deploymentId && run.id !== id)
      .filter(({ run: { state, startedAt } }) =>
        state.type === 'scheduled'
          ? startedAt !== null && (scheduledForMs(state) ?? 0) > now.getTime()
          : !isTerminal(state),
      )
    return others.length >= limit
  }
  /** How many runs of a pool may begin now. */
  const freePlaces = (name: string): number => {
    const pool = workPools.get(name)
    if (pool === undefined || pool.paused) return 0
    return pool.concurrencyLimit === null ? Number.POSITIVE_INFINITY : pool.concurrencyLimit - underWay(name)
  }

  return {
    kind: 'memory',
    address: 'memory:',
    folder: null,

    async write(changes) {
      transaction(() => applyChanges(copied(changes)))
      for (const change of changes) {
        if (change.kind === 'run-state' && endsLease(change.state)) limits.freeRun(change.runId)
      }
    },

    runs: {
      get: async (id) => runs.get(id)?.run ?? null,
      findByKey: async (flowName, key) =>
        newestFirst(runs.all()).find((run) => run.flowName === flowName && run.key === key) ?? null,
      find: async (text) =>
        newestFirst(runs.all())
          .filter((run) => run.id.startsWith(text) || run.name.startsWith(text))
          .slice(0, RUNS_PER_PAGE),
      list: async (filter = {}) =>
        newestFirst(runs.all())
          .filter((run) => fits(run, filter))
          .slice(0, filter.limit ?? RUNS_PER_PAGE),
      count: async (filter, atMost) =>
        Math.min(atMost, newestFirst(runs.all()).filter((run) => fits(run, filter)).length),
      async tally({ from, before, everyMs }) {
        const counts = new Map<string, RunTally>()
        for (const { run } of runs.all()) {
          const sinceMs = Date.parse(run.dueAt) - from.getTime()
          if (sinceMs < 0 || Date.parse(run.dueAt) >= before.getTime()) continue
          const stretch = new Date(from.getTime() + Math.floor(sinceMs / everyMs) * everyMs).toISOString()
          const key = `${stretch} ${run.state.type}`
          counts.set(key, { from: stretch, type: run.state.type, runs: (counts.get(key)?.runs ?? 0) + 1 })
        }
        return [...counts.entries()].sort(([a], [b]) => byText(a, b)).map(([, tally]) => tally)
      },
      history: async (id) => runs.get(id)?.history ?? [],
      due: async ({ limit, flowNames, pool }) => {
        const due = runs
          .all()
          .map(({ run }) => run)
          .filter((run) => (scheduledForMs(run.state) ?? Infinity) <= nowMs())
          .filter((run) => (flowNames?.includes(run.flowName) ?? true) && !isHeldBack(run))
          .filter((run) => waitsIn(run, pool))
        return inTurn(soonestFirst(due)).slice(0, limit)
      },
      upcoming: async (deploymentId) =>
        soonestFirst(
          runs
            .all()
            .map(({ run }) => run)
            .filter((run) => run.deploymentId === deploymentId && isWaitingToStart(run)),
        ),
      delete: async (id) =>
        transaction(() => {
          const first = runs.get(id)?.run
          if (first === undefined) throw unknownRun(id)
          const family = [first]
          for (const each of family) {
            for (const { run } of runs.all()) if (run.parentRunId === each.id) family.push(run)
          }
          const alive = family.find(({ state }) => !isTerminal(state))
          if (alive !== undefined) throw notEnded(alive)
          dropRuns(new Set(family.map((run) => run.id)))
          events.add(runDeleted(first, clock.now()))
          return family.map((run) => run.id)
        }),
    },

    taskRuns: {
      list: async (runId) =>
        taskRuns
          .all()
          .map(({ taskRun }) => taskRun)
          .filter((taskRun) => taskRun.runId === runId)
          .sort((a, b) => a.ordinal - b.ordinal),
      outline: async (runId) =>
        taskRuns
          .all()
          .map(({ taskRun }) => taskRun)
          .filter((taskRun) => taskRun.runId === runId)
          .sort((a, b) => a.ordinal - b.ordinal)
          .map(({ id, taskName, name, createdAt, startedAt, endedAt, state, runCount }) => ({
            id,
            taskName,
            name,
            createdAt,
            startedAt,
            endedAt,
            state,
            runCount,
          })),
      history: async (taskRunId) => taskRuns.get(taskRunId)?.history ?? [],
      histories: async (runId) =>
        new Map(
          taskRuns
            .all()
            .filter(({ taskRun }) => taskRun.runId === runId)
            .map(({ taskRun, history }) => [taskRun.id, history]),
        ),
    },

    transactions: {
      list: async (runId) => transactions.all().filter((kept) => kept.runId === runId),
    },

    limits,

    logs: {
      async list(runId, { after = 0, limit, tail, level, contains, newest } = {}) {
        const levels = level === undefined ? undefined : levelsFrom(level)
        const wanted = contains?.toLowerCase()
        const lines = logs
          .all()
          .filter((line) => line.runId === runId)
          .slice(newest === undefined ? 0 : -newest)
          .filter((line) => levels?.includes(line.level) ?? true)
          .filter((line) => wanted === undefined || line.message.toLowerCase().includes(wanted))
        if (tail === undefined) return lines.slice(after, limit === undefined ? undefined : after + limit)
        return lines.slice(Math.max(0, lines.length - tail))
      },
    },

    artifacts: {
      listByRun: async (runId) => artifacts.all().filter((artifact) => artifact.runId === runId),
      versions: async (key) =>
        artifacts
          .all()
          .filter((artifact) => artifact.key === key)
          .toReversed(),
      async latest() {
        const byKey = new Map<string, Artifact>()
        for (const artifact of artifacts.all()) if (artifact.key !== null) byKey.set(artifact.key, artifact)
        return [...byKey.values()].sort((a, b) => byText(a.key ?? '', b.key ?? ''))
      },
    },

    cache: {
      get: async (key) => keptUnder(key),
      claim: async (key, { runId, epoch }, { anew = false } = {}) =>
        transaction((): CacheClaim => {
          const record = anew ? null : keptUnder(key)
          if (record !== null) return { kind: 'kept', record }
          assertRun(runId)
          const claim = cacheClaims.get(key)
          const isOthers = claim !== undefined && isLive(claim) && (claim.runId !== runId || claim.epoch !== epoch)
          if (isOthers) return { kind: 'held', runName: runs.get(claim.runId)?.run.name ?? claim.runId }
          cacheClaims.put(key, { runId, epoch })
          return { kind: 'granted' }
        }),
      release: async (key, claimant) => transaction(() => endClaim(key, claimant)),
    },

    blocks: {
      get: async (type, name) => blocks.get(`${type}/${name}`) ?? null,
      list: async (type) =>
        blocks
          .all()
          .filter((block) => type === undefined || block.type === type)
          .sort((a, b) => byText(a.type, b.type) || byText(a.name, b.name)),
      save: async (block, { overwrite = false } = {}) =>
        transaction(() => {
          const path = `${block.type}/${block.name}`
          if (!overwrite && blocks.get(path) !== undefined) throw nameTaken('block', path)
          blocks.put(path, copied(block))
          events.add(blockEvent('saved', block.type, block.name, clock.now()))
        }),
      delete: async (type, name) =>
        transaction(() => {
          const deleted = blocks.delete(`${type}/${name}`)
          if (deleted) events.add(blockEvent('deleted', type, name, clock.now()))
          return deleted
        }),
    },

    variables: {
      get: async (name) => variables.get(name)?.value,
      list: async () => variables.all().sort((a, b) => byText(a.name, b.name)),
      set: async (name, value, { overwrite = false } = {}) =>
        transaction(() => {
          if (!overwrite && variables.get(name) !== undefined) throw nameTaken('variable', name)
          variables.put(name, copied({ name, value, updatedAt: clock.now().toISOString() }))
          events.add(variableEvent('set', name, clock.now()))
        }),
      unset: async (name) =>
        transaction(() => {
          const deleted = variables.delete(name)
          if (deleted) events.add(variableEvent('unset', name, clock.now()))
          return deleted
        }),
    },

    deployments: {
      get: async (flowName, name) => deployments.get(`${flowName}/${name}`) ?? null,
      getById: async (id) => deployments.all().find((deployment) => deployment.id === id) ?? null,
      list: async () => deployments.all().sort((a, b) => byText(a.flowName, b.flowName) || byText(a.name, b.name)),
      save: async (deployment) =>
        transaction(() => {
          const path = `${deployment.flowName}/${deployment.name}`
          const earlier = deployments.get(path)
          const kept =
            earlier === undefined ? deployment : { ...deployment, id: earlier.id, createdAt: earlier.createdAt }
          const saved = deployments.put(path, copied(kept))
          for (const event of deploymentEvents(earlier, saved, clock.now())) events.add(event)
          return saved
        }),
      delete: async (flowName, name) =>
        transaction(() => {
          const deployment = deployments.get(`${flowName}/${name}`)
          if (deployment === undefined) return false
          dropUnstarted(deployment.id)
          events.add(deploymentDeleted(deployment, clock.now()))
          return deployments.delete(`${flowName}/${name}`)
        }),
      dropScheduled: async (deploymentId, scheduleSlug) => transaction(() => dropUnstarted(deploymentId, scheduleSlug)),
    },

    leases: {
      claim: async (worker, { limit, leaseMs, runIds, flowNames, pool, withinLimits = false }) =>
        transaction(() => {
          const now = clock.now()
          const due = runs
            .all()
            .map(({ run }) => run)
            .filter((run) => (scheduledForMs(run.state) ?? Infinity) <= now.getTime())
            .filter((run) => (runIds?.includes(run.id) ?? true) && (flowNames?.includes(run.flowName) ?? true))
            .filter((run) => !isHeldBack(run) && waitsIn(run, pool))
          const free = typeof pool === 'string' ? freePlaces(pool) : limit
          return soonestFirst(due)
            .slice(0, Math.max(0, Math.min(limit, free)))
            .flatMap((run) => {
              if (withinLimits && isFull(run, now)) return []
              const state = newState('pending', now)
              const epoch = run.epoch + 1
              const expiresAt = new Date(now.getTime() + leaseMs).toISOString()
              leases.put(run.id, { runId: run.id, epoch, worker, expiresAt })
              events.add(runEvent(run, state, run.state))
              return runs.put(run.id, {
                run: { ...run, state, epoch },
                history: [...(runs.get(run.id)?.history ?? []), state],
              }).run
            })
        }),
      beat: async (held, leaseMs) =>
        transaction(() => {
          const expiresAt = new Date(nowMs() + leaseMs).toISOString()
          return held
            .filter(({ runId, epoch }) => {
              const lease = leases.get(runId)
              if (lease?.epoch !== epoch || runs.get(runId)?.run.epoch !== epoch) return true
              leases.put(runId, { ...lease, expiresAt })
              return false
            })
            .map(({ runId }) => runId)
        }),
      expired: async () => soonestEnd(leases.all()).filter((lease) => Date.parse(lease.expiresAt) <= nowMs()),
      list: async () => soonestEnd(leases.all()).filter((lease) => Date.parse(lease.expiresAt) > nowMs()),
      expire: async (runIds) =>
        transaction(() => {
          for (const runId of runIds) {
            const lease = leases.get(runId)
            if (lease !== undefined) leases.put(runId, { ...lease, expiresAt: clock.now().toISOString() })
          }
        }),
    },

    outbox: {
      takeDue: async (limit, holdMs) =>
        transaction(() => {
          const heldUntil = new Date(nowMs() + holdMs).toISOString()
          return outbox
            .all()
            .filter((message) => message.status === 'waiting' && Date.parse(message.nextTryAt) <= nowMs())
            .sort((a, b) => Date.parse(a.nextTryAt) - Date.parse(b.nextTryAt))
            .slice(0, limit)
            .map((message) => outbox.put(message.id, { ...message, nextTryAt: heldUntil }))
        }),
      delivered: async (id) =>
        transaction(() => {
          const message = outbox.get(id)
          if (message === undefined) return
          const deliveredAt = clock.now().toISOString()
          outbox.put(id, { ...message, status: 'delivered', tries: message.tries + 1, lastError: null, deliveredAt })
        }),
      failed: async (id, error, nextTryAt) =>
        transaction(() => {
          const message = outbox.get(id)
          if (message === undefined) return
          const tried = { ...message, tries: message.tries + 1, lastError: error }
          outbox.put(id, nextTryAt === null ? { ...tried, status: 'given-up' } : { ...tried, nextTryAt })
        }),
      list: async ({ runId, status } = {}) =>
        outbox
          .all()
          .filter((message) => runId === undefined || message.runId === runId)
          .filter((message) => status === undefined || message.status === status),
    },

    events: {
      list: async ({ resource, name, limit = EVENTS_PER_PAGE } = {}) =>
        events
          .all()
          .filter((event) => resource === undefined || event.resource === resource)
          .filter((event) => name === undefined || isNamed(event, name))
          .toReversed()
          .slice(0, limit),
    },

    ruleFirings: {
      list: async ({ rule, lasting = false, limit = EVENTS_PER_PAGE } = {}) =>
        firings
          .all()
          .filter((firing) => rule === undefined || firing.rule === rule)
          .filter(({ clearedAt }) => !lasting || clearedAt === null)
          .toReversed()
          .slice(0, limit),
      get: async (key) => firings.get(key) ?? null,
    },

    servers: {
      beat: async (worker, { atOnce, stopping = false, pool = null, name = null }) =>
        transaction(() => {
          const at = clock.now().toISOString()
          const startedAt = servers.get(worker.workerId)?.startedAt ?? at
          const stoppedAt = stopping ? at : null
          servers.put(worker.workerId, { ...worker, atOnce, startedAt, seenAt: at, stoppedAt, pool, name })
        }),
      list: async () => servers.all().sort((a, b) => byText(b.seenAt, a.seenAt) || byText(a.workerId, b.workerId)),
    },

    workPools: {
      get: async (name) => workPools.get(name) ?? null,
      list: async () => workPools.all().sort((a, b) => byText(a.name, b.name)),
      save: async (pool, { overwrite = false } = {}) =>
        transaction(() => {
          const earlier = workPools.get(pool.name)
          if (!overwrite && earlier !== undefined) throw nameTaken('work pool', pool.name)
          workPools.put(pool.name, copied({ ...pool, createdAt: earlier?.createdAt ?? pool.createdAt }))
          events.add(workPoolEvent('saved', pool.name, clock.now()))
        }),
      delete: async (name) =>
        transaction(() => {
          const deleted = workPools.delete(name)
          if (deleted) events.add(workPoolEvent('deleted', name, clock.now()))
          return deleted
        }),
      underWay: async (name) => underWay(name),
    },

    forget: async (before) =>
      transaction(() => {
        const isOld = (at: string | null, limit: Date) => at !== null && Date.parse(at) < limit.getTime()
        const newest = new Map<string, string>()
        for (const { key, runId } of artifacts.all()) if (key !== null) newest.set(key, runId)
        const kept = new Set(newest.values())
        const ended = runs.all().filter(({ run }) => isTerminal(run.state))
        const old = ended.filter(({ run }) => isOld(run.endedAt, before.runs) && !kept.has(run.id))
        const gone = new Set(old.map(({ run }) => run.id))
        const quiet = new Set(ended.filter(({ run }) => isOld(run.endedAt, before.logs)).map(({ run }) => run.id))
        dropRuns(gone)
        return {
          runs: gone.size,
          logLines: logs.drop(({ runId }) => quiet.has(runId)),
          events: events.drop(({ at }) => isOld(at, before.events)),
          cached: cache.drop(({ expiresAt }) => expiresAt !== null && Date.parse(expiresAt) <= nowMs()),
          messages: outbox.drop(({ status, createdAt }) => status !== 'waiting' && isOld(createdAt, before.runs)),
          firings: firings.drop(({ clearedAt }) => isOld(clearedAt, before.runs)),
          servers: servers.drop(({ seenAt }) => isOld(seenAt, before.runs)),
        }
      }),
    keptFiles: async () => [],
    compact: async () => {},

    now: async () => clock.now(),
    revision: async () => String(commits),
    sizeBytes: async () => null,
    close: async () => {},
  }
}

interface Table<Row> {
  get(key: string): Row | undefined
  /** In the order of their first appearance. */
  all(): Row[]
  find(fits: (row: Row) => boolean): string | undefined
  /** Adds or replaces; an earlier row keeps its place. Gives the row as it is kept. */
  put(key: string, row: Row): Row
  /** A row that nobody asks for by a key. */
  add(row: Row): void
  /** False when there was none. */
  delete(key: string): boolean
  /** Removes all that fit; gives their number. */
  drop(fits: (row: Row) => boolean): number
  commit(): void
  /** Forgets everything since the last commit. */
  rollBack(): void
}

/** Rows by key, with the way back to the last commit. */
function createTable<Row extends object>(): Table<Row> {
  const rows = new Map<string, Row>()
  let undo: (() => void)[] = []
  let added = 0

  const put = (key: string, row: Row): Row => {
    const kept = Object.freeze(row)
    const earlier = rows.get(key)
    undo.push(() => (earlier === undefined ? rows.delete(key) : rows.set(key, earlier)))
    rows.set(key, kept)
    return kept
  }

  return {
    get: (key) => rows.get(key),
    all: () => [...rows.values()],
    find: (fits) => [...rows].find(([, row]) => fits(row))?.[0],
    put,
    add: (row) => void put(`${(added += 1)}`, row),
    delete(key) {
      const before = [...rows]
      if (!rows.delete(key)) return false
      undo.push(() => {
        rows.clear()
        for (const [otherKey, row] of before) rows.set(otherKey, row)
      })
      return true
    },
    drop(fits) {
      const before = [...rows]
      for (const [key, row] of before) if (fits(row)) rows.delete(key)
      undo.push(() => {
        rows.clear()
        for (const [key, row] of before) rows.set(key, row)
      })
      return before.length - rows.size
    },
    commit() {
      undo = []
    },
    rollBack() {
      for (const step of undo.reverse()) step()
      undo = []
    },
  }
}

/**
 * What a database would give back: JSON, without undefined members. Frozen, so that nobody changes the store behind its
 * back.
 */
function copied<Value extends object>(value: Value): Value {
  return frozen(JSON.parse(JSON.stringify(value)) as Value)
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}

function assertChain(from: State | 'new', states: readonly State[]): void {
  let before = from
  for (const state of states) {
    assertTransition('task', before, state)
    before = state
  }
}

function isSameMoment(a: FlowRun, b: FlowRun): boolean {
  return (
    a.deploymentId !== null &&
    a.scheduleSlug !== null &&
    a.deploymentId === b.deploymentId &&
    a.scheduleSlug === b.scheduleSlug &&
    a.dueAt === b.dueAt
  )
}

/** `run.*` is the beginning of a name. */
function isNamed(event: Event, name: string): boolean {
  return name.endsWith('.*') ? event.name.startsWith(name.slice(0, -1)) : event.name === name
}

function isWaitingToStart(run: FlowRun): boolean {
  return run.state.type === 'scheduled' && run.startedAt === null
}

function takesPlaceOf(artifact: Artifact, other: Artifact): boolean {
  return (
    artifact.key !== null &&
    artifact.key === other.key &&
    artifact.runId === other.runId &&
    artifact.content.kind === 'progress' &&
    other.content.kind === 'progress'
  )
}

function fits(run: FlowRun, filter: RunFilter): boolean {
  return (
    (filter.flowName === undefined || run.flowName === filter.flowName) &&
    (filter.deploymentId === undefined || run.deploymentId === filter.deploymentId) &&
    (filter.types === undefined || filter.types.includes(run.state.type)) &&
    (filter.hasStarted === undefined || filter.hasStarted === (run.startedAt !== null)) &&
    (filter.parentRunId === undefined || run.parentRunId === filter.parentRunId) &&
    (filter.tag === undefined || run.tags.includes(filter.tag)) &&
    (filter.dueFrom === undefined || Date.parse(run.dueAt) >= Date.parse(filter.dueFrom)) &&
    (filter.dueBefore === undefined || Date.parse(run.dueAt) < Date.parse(filter.dueBefore)) &&
    (filter.before === undefined || run.id < filter.before)
  )
}

function newestFirst(kept: readonly KeptRun[]): FlowRun[] {
  return kept.map(({ run }) => run).sort((a, b) => byText(b.id, a.id))
}

function soonestFirst(runs: readonly FlowRun[]): FlowRun[] {
  return runs.toSorted((a, b) => (scheduledForMs(a.state) ?? 0) - (scheduledForMs(b.state) ?? 0) || byText(a.id, b.id))
}

/** The first of each deployment, or flow, then the second of each. */
function inTurn(runs: readonly FlowRun[]): FlowRun[] {
  const queues = [...Map.groupBy(runs, (run) => run.deploymentId ?? run.flowName).values()]
  const turns = Math.max(0, ...queues.map(({ length }) => length))
  return Array.from({ length: turns }, (_, turn) =>
    soonestFirst(queues.flatMap((queue) => queue.slice(turn, turn + 1))),
  ).flat()
}

function soonestEnd(leases: readonly Lease[]): Lease[] {
  return leases.toSorted((a, b) => byText(a.expiresAt, b.expiresAt) || byText(a.runId, b.runId))
}

function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
