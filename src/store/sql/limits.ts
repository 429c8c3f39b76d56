/**
 * Limits: slots as rows with an end, and a queue in the order of the tickets.
 *
 * A row lives while its time is not over and the run that took it still has its own lease, so a dead process frees its
 * slots as soon as its runs are known to be dead.
 */
import type { Clock } from '../../base/clock.ts'
import {
  refusalOf,
  tokensNow,
  WAITING_MS,
  type HeldLimit,
  type Limit,
  type LimitStore,
  type LimitUse,
  type SlotAnswer,
  type SlotHolder,
  type SlotRequest,
  type SlotWant,
} from '../../model/limit.ts'
import { limitEvent } from '../events-of.ts'
import { nameTaken, unknownRun } from '../refusals.ts'
import type { Connection, Database } from './database.ts'
import { addEvent } from './events.ts'
import { fromMs } from './moment.ts'
import { insertText, places } from './statement-text.ts'
import type { LimitRow } from './tables.ts'

const INSERT = insertText(
  'limits',
  ['name', 'size', 'per_ms', 'tokens', 'tokens_at', 'created_at'],
  'on conflict do nothing',
)
const TAKE = insertText('slots', ['limit_name', 'ticket', 'run', 'epoch', 'expires_at'])
const ENQUEUE = insertText(
  'limit_queue',
  ['limit_name', 'ticket', 'slots', 'run', 'epoch', 'expires_at'],
  'on conflict (limit_name, ticket) do update set expires_at = excluded.expires_at, epoch = excluded.epoch',
)

/** The run that took the row still has its lease, and its own time is not over: two moments to fill in. */
const alive = (table: 'slots' | 'limit_queue') => `${table}.expires_at > ?
  and exists (select 1 from leases where leases.run = ${table}.run and leases.epoch = ${table}.epoch and leases.expires_at > ?)`

const HOLDERS = `select ticket, count(*) as slots, runs.id as run_id, runs.name as run_name, max(slots.expires_at) as expires_at
  from slots join runs on runs.pk = slots.run where limit_name = ? and ${alive('slots')} group by ticket, runs.id, runs.name order by ticket`
const WAITERS = `select ticket, slots, runs.id as run_id, runs.name as run_name
  from limit_queue join runs on runs.pk = limit_queue.run where limit_name = ? and ${alive('limit_queue')} order by ticket`
const OLDER = `select 1 from limit_queue where limit_name = ? and ticket < ? and ${alive('limit_queue')} limit 1`

interface ClaimRow {
  readonly ticket: string
  readonly slots: number
  readonly run_id: string
  readonly run_name: string
}

export function sqlLimits(database: Database, clock: Clock): LimitStore {
  const nowMs = () => clock.now().getTime()
  const useOf = async (row: LimitRow): Promise<LimitUse> => {
    const waiters = await database.all<ClaimRow>(WAITERS, [row.name, nowMs(), nowMs()])
    return { ...(await heldLimit(database, row, nowMs())), waiters: waiters.map(readClaim) }
  }

  const ask = async (connection: Connection, request: SlotRequest): Promise<SlotAnswer> => {
    // a commit that nobody heard of, or slots that were handed over meanwhile
    const [own] = await connection.all<{ readonly held: number }>(
      'select count(*) as held from slots where ticket = ? and expires_at > ?',
      [request.ticket, nowMs()],
    )
    if (own !== undefined && own.held > 0) return { outcome: 'granted', held: own.held }
    const seen = await look(connection, database, request, nowMs(), { create: true })
    return await settle(connection, request, seen, nowMs())
  }

  return {
    async create(limit) {
      const made = await database.transaction(async (connection) => await insertLimit(connection, limit, nowMs()))
      if (!made) throw nameTaken('limit', limit.name)
      const [row] = await database.all<LimitRow>('select * from limits where name = ?', [limit.name])
      return row === undefined ? { ...limit, createdAt: fromMs(nowMs()) } : readLimit(row)
    },
    async get(name) {
      const [row] = await database.all<LimitRow>('select * from limits where name = ?', [name])
      return row === undefined ? null : await useOf(row)
    },
    async list() {
      const uses: LimitUse[] = []
      for (const row of await database.all<LimitRow>('select * from limits order by name')) uses.push(await useOf(row))
      return uses
    },
    resize: async (name, size) =>
      await database.transaction(async (connection) => {
        const row = await findLimit(connection, database, name)
        if (row === undefined) return false
        const tokens = row.per_ms === null ? null : Math.min(size, tokensOf(row, nowMs()) ?? size)
        await connection.run('update limits set size = ?, tokens = ?, tokens_at = ? where name = ?', [
          size,
          tokens,
          tokens === null ? null : nowMs(),
          name,
        ])
        await addEvent(connection, limitEvent('resized', name, clock.now()))
        return true
      }),
    delete: async (name) =>
      await database.transaction(async (connection) => {
        const deleted = await connection.run('delete from limits where name = ?', [name])
        if (deleted > 0) await addEvent(connection, limitEvent('deleted', name, clock.now()))
        return deleted > 0
      }),

    async acquire(request) {
      // asked first without the write lock: whoever waits asks often, and mostly hears that it still has to
      if (await stillWaits(database, request, nowMs())) {
        const seen = await look(database, database, request, nowMs())
        if (seen.answer?.outcome === 'waits') return seen.answer
      }
      return await database.transaction(async (connection) => await ask(connection, request))
    },

    async renew(tickets, leaseMs) {
      return await database.transaction(async (connection) => {
        const lost: string[] = []
        for (const ticket of tickets) {
          const kept = await connection.run(`update slots set expires_at = ? where ticket = ? and ${alive('slots')}`, [
            nowMs() + leaseMs,
            ticket,
            nowMs(),
            nowMs(),
          ])
          if (kept === 0) lost.push(ticket)
        }
        return lost
      })
    },
    async keepWaiting(tickets) {
      if (tickets.length === 0) return
      await database.transaction(
        async (connection) =>
          await connection.run(`update limit_queue set expires_at = ? where ticket in (${places(tickets)})`, [
            nowMs() + WAITING_MS,
            ...tickets,
          ]),
      )
    },
    release: async (ticket, next) =>
      await database.transaction(async (connection) => {
        await connection.run('delete from slots where ticket = ?', [ticket])
        await connection.run('delete from limit_queue where ticket = ?', [ticket])
        return next === undefined ? null : await ask(connection, next)
      }),
  }
}

/** The run has ended or lets go: nothing of it is held, nothing waits. */
export async function freeSlotsOf(connection: Connection, runPk: number): Promise<void> {
  await connection.run('delete from slots where run = ?', [runPk])
  await connection.run('delete from limit_queue where run = ?', [runPk])
}

interface Seen {
  readonly found: readonly { readonly row: LimitRow; readonly want: SlotWant }[]
  /** Null: all of it can be granted. */
  readonly answer: Exclude<SlotAnswer, { readonly outcome: 'granted' }> | null
}

/** In every limit that there is, it stands in the queue. */
async function stillWaits(connection: Connection, { ticket }: SlotRequest, nowMs: number): Promise<boolean> {
  const rows = await connection.all('select 1 from limit_queue where ticket = ? and expires_at > ? limit 1', [
    ticket,
    nowMs,
  ])
  return rows.length > 0
}

async function look(
  connection: Connection,
  database: Database,
  request: SlotRequest,
  nowMs: number,
  { create = false }: { readonly create?: boolean } = {},
): Promise<Seen> {
  const found: { row: LimitRow; want: SlotWant }[] = []
  // in the order of their names, so that two who want the same limits lock them in the same order
  for (const want of request.wants.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    let row = await findLimit(connection, database, want.name)
    if (row === undefined && create && typeof want.ifMissing === 'object') {
      await insertLimit(connection, { name: want.name, ...want.ifMissing }, nowMs)
      row = await findLimit(connection, database, want.name)
    }
    if (row !== undefined) found.push({ row, want })
    else if (want.ifMissing !== 'ignore') return { found, answer: { outcome: 'missing', name: want.name } }
  }
  let answer: Seen['answer'] = null
  for (const { row, want } of found) {
    const older = await connection.all(OLDER, [row.name, request.ticket, nowMs, nowMs])
    const refusal = refusalOf(await heldLimit(connection, row, nowMs), want.slots, older.length > 0)
    if (refusal !== null && (answer === null || refusal.outcome === 'too-small')) answer = refusal
  }
  return { found, answer }
}

async function settle(
  connection: Connection,
  request: SlotRequest,
  { found, answer }: Seen,
  nowMs: number,
): Promise<SlotAnswer> {
  const { ticket, runId, epoch } = request
  for (const { row } of found) {
    await connection.run('delete from slots where limit_name = ? and expires_at <= ?', [row.name, nowMs])
    await connection.run('delete from limit_queue where limit_name = ? and expires_at <= ?', [row.name, nowMs])
  }
  if (answer !== null && answer.outcome !== 'waits') {
    await connection.run('delete from limit_queue where ticket = ?', [ticket])
    return answer
  }
  if (found.length === 0) return { outcome: 'granted', held: 0 }
  const [run] = await connection.all<{ readonly pk: number }>('select pk from runs where id = ?', [runId])
  if (run === undefined) throw unknownRun(runId)
  if (answer !== null) {
    for (const { row, want } of found) {
      await connection.run(ENQUEUE, [row.name, ticket, want.slots, run.pk, epoch, nowMs + WAITING_MS])
    }
    return answer
  }
  await connection.run('delete from limit_queue where ticket = ?', [ticket])
  let held = 0
  for (const { row, want } of found) {
    if (row.per_ms === null) {
      for (let slot = 0; slot < want.slots; slot += 1) {
        await connection.run(TAKE, [row.name, ticket, run.pk, epoch, nowMs + request.leaseMs])
      }
      held += want.slots
    } else {
      const left = (tokensOf(row, nowMs) ?? 0) - want.slots
      await connection.run('update limits set tokens = ?, tokens_at = ? where name = ?', [left, nowMs, row.name])
    }
  }
  return { outcome: 'granted', held }
}

/** In a transaction the row is locked: whoever asks for the same limit waits for its turn. */
async function findLimit(connection: Connection, database: Database, name: string): Promise<LimitRow | undefined> {
  const lock = connection === database ? '' : database.dialect.forUpdate
  return (await connection.all<LimitRow>(`select * from limits where name = ?${lock}`, [name]))[0]
}

async function insertLimit(
  connection: Connection,
  { name, size, perMs }: Pick<Limit, 'name' | 'size' | 'perMs'>,
  nowMs: number,
): Promise<boolean> {
  const [tokens, tokensAt] = perMs === null ? [null, null] : [size, nowMs]
  if ((await connection.run(INSERT, [name, size, perMs, tokens, tokensAt, nowMs])) === 0) return false
  await addEvent(connection, limitEvent('created', name, new Date(nowMs)))
  return true
}

async function heldLimit(connection: Connection, row: LimitRow, nowMs: number): Promise<HeldLimit> {
  const rows =
    row.per_ms === null
      ? await connection.all<ClaimRow & { readonly expires_at: number }>(HOLDERS, [row.name, nowMs, nowMs])
      : []
  const holders = rows.map((holder): SlotHolder => ({ ...readClaim(holder), expiresAt: fromMs(holder.expires_at) }))
  return {
    ...readLimit(row),
    held: holders.reduce((sum, { slots }) => sum + slots, 0),
    tokens: tokensOf(row, nowMs),
    holders,
  }
}

function tokensOf(row: LimitRow, nowMs: number): number | null {
  if (row.per_ms === null || row.tokens === null || row.tokens_at === null) return null
  return tokensNow({ size: row.size, perMs: row.per_ms }, { tokens: row.tokens, atMs: row.tokens_at }, nowMs)
}

function readLimit(row: LimitRow): Limit {
  return { name: row.name, size: row.size, perMs: row.per_ms, createdAt: fromMs(row.created_at) }
}

function readClaim(row: ClaimRow) {
  return { ticket: row.ticket, slots: row.slots, runId: row.run_id, runName: row.run_name }
}
