/** A worker: takes the runs that wait in one work pool, and executes them until it is stopped. */
import { missingWorkPool, type PoolWorker } from '../model/work-pool.ts'
import { keepServing, type ServeOptions } from './serve.ts'

export interface WorkForPoolOptions extends ServeOptions {
  readonly worker: PoolWorker
  /** Ends when nothing more can be taken and what it has taken has ended. */
  readonly once?: boolean
}

/** @throws ConfigError `config/pool-missing` when there is no such pool at the start; one that goes later gives no more runs */
export async function workForPool(options: WorkForPoolOptions): Promise<void> {
  const { project, log, worker } = options
  if ((await project.store.workPools.get(worker.pool)) === null) throw missingWorkPool(worker.pool)
  log.info(`worker ${worker.name} polls ${worker.pool}`)
  await keepServing(options)
  log.info(`worker ${worker.name} stopped`)
}
