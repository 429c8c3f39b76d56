/** Who this process is, so that another one can tell whether it is still there. */
import { readFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { systemClock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { WorkerIdentity } from '../store/store.ts'

export function thisProcess(): WorkerIdentity {
  return { workerId: newId(), pid: process.pid, bootId: bootId(), hostName: hostname() }
}

/**
 * Whether a worker is known to be gone: it ran on this machine, and the machine was restarted since or no process has its
 * number any more. Of a worker on another machine nothing is known until its lease runs out.
 */
export function isGone(worker: WorkerIdentity, me: WorkerIdentity): boolean {
  if (worker.hostName !== me.hostName) return false
  if (worker.bootId !== me.bootId) return true
  return worker.pid !== me.pid && !isAlive(worker.pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to somebody else
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Linux names each start of the machine; elsewhere the minute of the start has to do. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // not Linux
    return `started-${Math.round((systemClock.now().getTime() / 1_000 - uptime()) / 60)}`
  }
}
