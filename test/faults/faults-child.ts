/**
 * A process that serves a store while things go wrong: claims what is due, executes it, finds the runs of the dead, and
 * writes into the ledger what it does.
 *
 * node faults-child.ts '{"folder": …}'
 */
import { createLog } from '../../src/base/log.ts'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import { readSettings } from '../../src/base/settings.ts'
import { toFailure } from '../../src/base/failure.ts'
import type { Host } from '../../src/engine/host.ts'
import { executeForSupervisor } from '../../src/project/execute-for-supervisor.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { createService, serve } from '../../src/project/serve.ts'
import * as ledger from './ledger.ts'
import { buildFlows } from './workload.ts'

export interface ChildOptions {
  readonly folder: string
  readonly ledger: string
  readonly leaseMs: number
  /**
   * `tight`: a service whose hands are turned fast; `serve`: the service as it is; `supervised` and `serve-supervised`: with
   * a process per run; `execute`: that process.
   */
  readonly mode: 'tight' | 'serve' | 'supervised' | 'serve-supervised' | 'execute'
  /** Runs at the same time. Default 5. */
  readonly atOnce?: number
  /** Kills itself at the n-th named point it comes to. */
  readonly dieAt?: number | undefined
  /** How far its clock is from the true one, in milliseconds; it jumps from one to the next every 400 ms, and stays at the last. */
  readonly clockOffsetsMs?: readonly number[]
}

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions
const { pid } = process
const write = (entry: ledger.Entry) => ledger.write(options.ledger, entry)

const epochs = new Map<string, number>()
let points = 0
const at: Host['at'] = (point, { run, step }) => {
  const { id, epoch } = run
  if (point === 'run-claimed') {
    epochs.set(id, epoch)
    write({ what: 'claimed', pid, run: id, epoch, flow: run.flowName })
  }
  if (point === 'step-recorded' && step !== null) write({ what: 'acknowledged', pid, run: id, epoch, step: step.id })
  points += 1
  if (points !== options.dieAt) return undefined
  process.kill(pid, 'SIGKILL')
  return new Promise(() => {})
}

const flows = buildFlows(({ run, step, task }) =>
  write({ what: 'effect', pid, run, epoch: epochs.get(run) ?? -1, step, task }),
)

const log = createLog((_, message) => {
  if (message.includes('was taken over') || message.includes('lease-lost')) write({ what: 'lost', pid, words: message })
  else if (/could not|goes on after|locked|SQLITE/.test(message)) write({ what: 'trouble', pid, words: message })
})

const clock = jumping(options.clockOffsetsMs ?? [0])
const opened = await openProject({
  folder: options.folder,
  definition: { flows, store: 'sqlite:d2flow.db' },
  settings: readSettings({}),
  clock,
})
const project: Project = { ...opened, host: (more = {}) => opened.host({ at, ...more }) }
const stop = new AbortController()

if (options.mode === 'execute') {
  await executeForSupervisor(project, process)
  process.kill(-pid, 'SIGKILL')
}
process.on('SIGTERM', () => stop.abort())
const execute = { ...options, mode: 'execute', dieAt: undefined } satisfies ChildOptions
const childCommand = {
  file: process.execPath,
  args: [...process.execArgv, process.argv[1] ?? '', JSON.stringify(execute)],
}
const serving = {
  project,
  clock,
  log,
  signal: stop.signal,
  leaseMs: options.leaseMs,
  graceMs: 100,
  atOnce: options.atOnce ?? 5,
  ...(options.mode.endsWith('supervised') ? { childCommand } : {}),
}
if (options.mode.startsWith('serve')) await serve(serving)
else await turnFast()
await project.close()

async function turnFast(): Promise<void> {
  const service = createService(serving)
  service.warm()
  const watching = setInterval(() => {
    service.worker.heed().catch(complain)
    service.worker.beat().catch(complain)
  }, options.leaseMs / 4)
  for (let turn = 0; !stop.signal.aborted; turn += 1) {
    await service.tick({ slow: turn % 4 === 0 }).catch(complain)
    await systemClock.sleep(50, stop.signal).catch(() => {}) // only the signal ends it early
  }
  clearInterval(watching)
  await service.close()
}

function complain(error: unknown): void {
  write({ what: 'trouble', pid, words: toFailure(error).message })
}

function jumping(offsetsMs: readonly number[]): Clock {
  const begunMs = performance.now()
  return {
    ...systemClock,
    now() {
      const jump = Math.min(Math.floor((performance.now() - begunMs) / 400), offsetsMs.length - 1)
      return new Date(Date.now() + (offsetsMs[jump] ?? 0))
    },
  }
}
