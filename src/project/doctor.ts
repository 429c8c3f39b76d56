/** Looks over a project: is everything there that a night's work needs? */
import { SECOND } from '../base/duration.ts'
import { toFailure, type Failure } from '../base/failure.ts'
import { hasSealed } from '../blocks/seal-values.ts'
import type { BlockDocument } from '../model/block-document.ts'
import { isAlive } from '../model/server-record.ts'
import { servedOf } from './apply-deployments.ts'
import type { Project } from './open-project.ts'
import { findUntold, untoldInWords } from './untold.ts'

export interface Finding {
  /** What was looked at: `store`, `key`, `block dhis2/prod`. */
  readonly what: string
  /** `unknown` where it cannot be told without doing harm: an incoming webhook cannot be tested without posting. */
  readonly verdict: 'healthy' | 'doubtful' | 'unhealthy' | 'unknown'
  readonly says: string
  readonly hint: string | null
  /** Of what is unhealthy. */
  readonly failure: Failure | null
}

export interface DoctorOptions {
  /** Ask the other side of every block that can be checked. */
  readonly online: boolean
  readonly signal: AbortSignal
}

/** A due run that nobody took for so long is late. */
const LATE_AFTER_MS = 60 * SECOND

export async function examine(project: Project, options: DoctorOptions): Promise<readonly Finding[]> {
  const saved = await project.blocks.list()
  return [
    await storeFinding(project),
    ...(saved.some(({ values }) => hasSealed(values)) ? [await keyFinding(project)] : []),
    ...(await Promise.all(saved.map((block) => blockFinding(project, block, options)))),
    ...(await untoldFindings(project)),
    ...(await workFindings(project)),
  ]
}

async function storeFinding({ store }: Project): Promise<Finding> {
  const sizeBytes = await store.sizeBytes()
  const size = sizeBytes === null ? 'nothing of it lasts' : `${(sizeBytes / 1_000_000).toFixed(1)} MB`
  return sizeBytes === null
    ? doubtful('store', `${store.address}: ${size}`, 'name a file, like --store sqlite:.d2flow/d2flow.db')
    : healthy('store', `${store.address}: ${size}`)
}

async function keyFinding(project: Project): Promise<Finding> {
  try {
    await project.host().sealingKey?.()
    return healthy('key', 'there is a key for the sealed values')
  } catch (error) {
    return unhealthy('key', error)
  }
}

async function blockFinding(
  project: Project,
  { type, name }: BlockDocument,
  { online, signal }: DoctorOptions,
): Promise<Finding> {
  const what = `block ${type}/${name}`
  try {
    const block = await project.blockType(type)
    const client = await project.blocks.open(block, name, { signal })
    if (!online) return healthy(what, 'its values fit and its secrets open')
    if (block.check === undefined) return { ...healthy(what, 'it opens; more cannot be told'), verdict: 'unknown' }
    await block.check(client)
    return healthy(what, 'the other side answers and accepts the credentials')
  } catch (error) {
    return unhealthy(what, error)
  }
}

/** A failure that nobody hears of is the one that lasts. */
async function untoldFindings(project: Project): Promise<readonly Finding[]> {
  return (await findUntold(project)).map(untoldInWords).map(({ says, hint }) => doubtful('messages', says, hint))
}

async function workFindings(project: Project): Promise<readonly Finding[]> {
  const { store, deployments } = project
  const now = project.host().clock.now()
  const findings: Finding[] = []
  const alive = (await store.servers.list()).filter((server) => isAlive(server, now))
  const serving = alive.filter(({ pool }) => pool === null)
  if (serving.length > 0) {
    findings.push(healthy('serving', serving.map(({ pid, hostName }) => `process ${pid} on ${hostName}`).join(', ')))
  } else if (servedOf(deployments).length > 0) {
    findings.push(doubtful('serving', 'no process serves this project', 'start one with: d2flow serve'))
  }
  for (const pool of new Set(
    (await store.deployments.list()).map((each) => each.pool).filter((each) => each !== null),
  )) {
    const workers = alive.filter((worker) => worker.pool === pool).map(({ name }) => name)
    const what = `pool ${pool}`
    const nobody = doubtful(what, 'no worker', `start one with: d2flow worker start --pool ${pool}`)
    findings.push(workers.length > 0 ? healthy(what, workers.join(', ')) : nobody)
  }
  const late = (await store.runs.list({ types: ['scheduled'], limit: 200 })).filter(
    ({ dueAt, state }) => now.getTime() - Date.parse(state.details.scheduledFor ?? dueAt) > LATE_AFTER_MS,
  )
  if (late.length > 0)
    findings.push(
      doubtful('late runs', `${late.length} due runs wait for a process`, 'd2flow flow-run ls --state scheduled'),
    )
  const givenUp = await store.outbox.list({ status: 'given-up' })
  if (givenUp.length > 0) {
    const reason = givenUp.at(-1)?.lastError ?? 'no reason is known'
    findings.push(
      doubtful('messages', `${givenUp.length} were never delivered: ${reason}`, 'check the block they go through'),
    )
  }
  return findings
}

function healthy(what: string, says: string): Finding {
  return { what, verdict: 'healthy', says, hint: null, failure: null }
}

function doubtful(what: string, says: string, hint: string): Finding {
  return { what, verdict: 'doubtful', says, hint, failure: null }
}

function unhealthy(what: string, error: unknown): Finding {
  const failure = toFailure(error)
  return { what, verdict: 'unhealthy', says: failure.message, hint: failure.hint ?? null, failure }
}
