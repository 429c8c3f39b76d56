/** `d2flow work-pool …`: where runs of deployments wait for a worker. */
import { systemClock } from '../../base/clock.ts'
import { ConfigError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import type { DeploymentRecord } from '../../model/deployment-record.ts'
import { isAlive, type ServerRecord } from '../../model/server-record.ts'
import { checkWorkPool, missingWorkPool, WORK_POOL_TYPES, type WorkPool } from '../../model/work-pool.ts'
import type { Project } from '../../project/open-project.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export interface CreateWorkPoolOptions {
  readonly type: string
  readonly concurrencyLimit: number | null
  readonly overwrite?: true | undefined
}

/** More are not counted. */
const COUNTED_AT_MOST = 1_000

export async function createWorkPool(
  invocation: Invocation,
  name: string,
  { type, concurrencyLimit, overwrite }: CreateWorkPoolOptions,
): Promise<number> {
  return await withProject(invocation, async ({ store }) => {
    const pool = checkWorkPool({
      name,
      type,
      paused: false,
      concurrencyLimit,
      createdAt: systemClock.now().toISOString(),
    })
    await store.workPools.save(pool, { overwrite: overwrite === true })
    invocation.output.print(`made the work pool ${name}; run its runs with: d2flow worker start --pool ${name}`)
    invocation.output.document({ workPool: await store.workPools.get(name) })
    return EXIT.done
  })
}

export function listWorkPoolTypes({ output }: Invocation): Promise<number> {
  const rows = WORK_POOL_TYPES.map(({ type, isBuilt, about }) => ({ type, built: isBuilt ? 'yes' : 'no', about }))
  output.print(textTable(rows))
  output.document({ types: WORK_POOL_TYPES })
  return Promise.resolve(EXIT.done)
}

export async function listWorkPools(invocation: Invocation): Promise<number> {
  return await withProject(invocation, async (project) => {
    const pools = await Promise.all((await project.store.workPools.list()).map((pool) => describePool(project, pool)))
    const rows = pools.map((pool) => ({
      pool: pool.name,
      type: pool.type,
      state: pool.paused ? 'paused' : 'open',
      limit: pool.concurrencyLimit,
      running: pool.underWay,
      due: pool.due,
      workers: pool.workers.filter(({ alive }) => alive).length,
    }))
    invocation.output.print(
      rows.length === 0
        ? 'there are no work pools; make one with: d2flow work-pool create NAME --type process'
        : textTable(rows),
    )
    invocation.output.document({ workPools: pools })
    return EXIT.done
  })
}

export async function inspectWorkPool(invocation: Invocation, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const pool = await describePool(project, await find(project, name))
    const { paused, concurrencyLimit, underWay, due, deployments, workers } = pool
    const atMost = concurrencyLimit === null ? '' : ` of at most ${concurrencyLimit}`
    const parts = [
      `${name} (${pool.type})${paused ? ', paused' : ''}: ${underWay}${atMost} under way, ${due} due`,
      deployments.length === 0 ? 'no deployment goes to it' : `deployments\n  ${deployments.join('\n  ')}`,
      workers.length === 0
        ? `no worker; start one with: d2flow worker start --pool ${name}`
        : `workers\n${textTable(workers.map((worker) => ({ ...worker, alive: worker.alive ? 'yes' : 'no' })))}`,
    ]
    invocation.output.print(parts.join('\n\n'))
    invocation.output.document({ workPool: pool })
    return EXIT.done
  })
}

export async function pauseWorkPool(
  invocation: Invocation,
  name: string,
  { paused }: { readonly paused: boolean },
): Promise<number> {
  return await change(invocation, name, { paused }, `${paused ? 'paused' : 'resumed'} ${name}`)
}

export async function limitWorkPool(
  invocation: Invocation,
  name: string,
  concurrencyLimit: number | null,
): Promise<number> {
  const words = concurrencyLimit === null ? 'no limit' : `at most ${concurrencyLimit} runs at once`
  return await change(invocation, name, { concurrencyLimit }, `${name}: ${words}`)
}

export async function deleteWorkPool(invocation: Invocation, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const { deployments } = await describePool(project, await find(project, name))
    if (deployments.length > 0) {
      throw new ConfigError('config/params', `deployments go to the work pool "${name}": ${deployments.join(', ')}`, {
        hint: 'delete them, or deploy them to another pool, first',
      })
    }
    await project.store.workPools.delete(name)
    invocation.output.print(`deleted the work pool ${name}`)
    invocation.output.document({ deleted: name })
    return EXIT.done
  })
}

async function change(
  invocation: Invocation,
  name: string,
  members: Partial<WorkPool>,
  words: string,
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const workPool = { ...(await find(project, name)), ...members }
    await project.store.workPools.save(workPool, { overwrite: true })
    invocation.output.print(words)
    invocation.output.document({ workPool })
    return EXIT.done
  })
}

/** The pool with what goes on in it. */
async function describePool({ store }: Project, pool: WorkPool) {
  const now = systemClock.now()
  const { name } = pool
  const [underWay, due, deployments, servers] = await Promise.all([
    store.workPools.underWay(name),
    store.runs.due({ limit: COUNTED_AT_MOST, pool: name }),
    store.deployments.list(),
    store.servers.list(),
  ])
  return {
    ...pool,
    underWay,
    due: due.length,
    deployments: deployments.filter((each) => each.pool === name).map(nameOf),
    workers: servers.filter((each) => each.pool === name).map((each) => describeWorker(each, now)),
  }
}

function describeWorker(worker: ServerRecord, now: Date) {
  const { name, pid, hostName, atOnce, seenAt } = worker
  return { worker: name, alive: isAlive(worker, now), seenAt, atOnce, pid, hostName }
}

function nameOf({ flowName, name }: DeploymentRecord): string {
  return `${flowName}/${name}`
}

async function find({ store }: Project, name: string): Promise<WorkPool> {
  const pool = await store.workPools.get(name)
  if (pool !== null) return pool
  const near = nearest(
    name,
    (await store.workPools.list()).map((each) => each.name),
  )
  if (near === null) throw missingWorkPool(name)
  throw new ConfigError('config/pool-missing', `there is no work pool "${name}"`, { hint: `did you mean "${near}"?` })
}
