/** The row that says who may write for a run; a run has one at most. */
import type { WorkerIdentity } from '../store.ts'
import type { Connection } from './database.ts'
import { insertText } from './statement-text.ts'

const COLUMNS = ['run', 'epoch', 'worker_id', 'pid', 'boot_id', 'host_name', 'expires_at'] as const
const LEASE = insertText(
  'leases',
  COLUMNS,
  `on conflict (run) do update set ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`,
)

export async function grantLease(
  connection: Connection,
  lease: {
    readonly runPk: number
    readonly epoch: number
    readonly worker: WorkerIdentity
    readonly expiresAtMs: number
  },
): Promise<void> {
  const { worker } = lease
  await connection.run(LEASE, [
    lease.runPk,
    lease.epoch,
    worker.workerId,
    worker.pid,
    worker.bootId,
    worker.hostName,
    lease.expiresAtMs,
  ])
}
