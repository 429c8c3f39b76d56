/** A thread that computes: it is told which task to run on what, loads the file that defines it, and tells the result. */
import { format } from 'node:util'
import { parentPort } from 'node:worker_threads'
import { ConfigError, isToolkitError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import { createLog, type LogFields } from '../base/log.ts'
import { bareContext, type TaskContext } from './context.ts'
import { findDefinition } from './cpu-definition.ts'
import type { CpuAnswer, CpuJob } from './cpu-messages.ts'
import { forbidRuns } from './no-runs-here.ts'
import { findUnsendable } from './sendable.ts'
import type { TaskCore } from './task-core.ts'

forbidRuns(null)

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (answer: CpuAnswer) => parentPort?.postMessage(answer)

parentPort?.on('message', (job: CpuJob) => void perform(job))

let logPrints = false
for (const [method, level] of [
  ['debug', 'debug'],
  ['log', 'info'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
] as const) {
  const print = console[method].bind(console)
  console[method] = (...values: unknown[]) => {
    if (logPrints) tell({ kind: 'log', level, message: format(...values), fields: {} })
    else print(...values)
  }
}

async function perform(job: CpuJob): Promise<void> {
  try {
    const core = await load(job)
    logPrints = job.logPrints
    const value = await core.run(job.input as never, contextIn(job))
    const unsendable = findUnsendable(value)
    if (unsendable !== null) {
      const at = unsendable.path === '' ? '' : ` at ${unsendable.path}`
      throw new ConfigError('config/params', `${job.taskName} returned ${unsendable.what}${at} from its thread`, {
        hint: 'return plain data: rows, numbers, texts',
      })
    }
    tell({ kind: 'done', value })
  } catch (error) {
    tellOf(error)
  } finally {
    logPrints = false
  }
}

async function load({ taskName, file }: CpuJob): Promise<TaskCore> {
  forbidRuns(file)
  try {
    await import(file)
  } finally {
    forbidRuns(null)
  }
  const core = findDefinition(taskName, file)
  if (core !== undefined) return core
  throw new ConfigError(
    'config/params',
    `${taskName} computes in a thread, but ${file} does not define it when loaded`,
    {
      hint: 'call task(…) at the top level of the file; a factory in another file is handed import.meta and says cpu: meta',
      details: { file },
    },
  )
}

/** What needs no store, no connection and no person: the rest belongs in another task. */
function contextIn({ taskName, facts }: CpuJob): TaskContext {
  const context = bareContext({
    ...facts,
    log: createLog((level, message, fields) => tell({ kind: 'log', level, message, fields: copied(fields) })),
    progress: (done, total = null, unit = 'items') => tell({ kind: 'progress', done, total, unit }),
    warn: (message) => tell({ kind: 'warn', message }),
  })
  const offered = [...Object.keys(facts), 'log', 'progress', 'warn', 'signal', 'clock', 'sleep']
  for (const name of Object.keys(context).filter((member) => !offered.includes(member))) {
    Object.defineProperty(context, name, {
      get() {
        throw new ConfigError('config/params', `${taskName} computes in a thread, where there is no ctx.${name}`, {
          hint: 'do it in another task and hand the value over',
        })
      },
    })
  }
  return context
}

/** Facts print as JSON: so that a secret among them is *** before it leaves. */
function copied(fields: LogFields): LogFields {
  try {
    return JSON.parse(JSON.stringify(fields)) as LogFields
  } catch {
    // a cycle or a bigint among the facts: the words are worth more than the facts
    return {}
  }
}

function tellOf(error: unknown): void {
  if (isToolkitError(error)) {
    tell({ kind: 'failed', failure: toFailure(error) })
    return
  }
  const { retryable, retryAfterMs } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly retryable?: unknown
    readonly retryAfterMs?: unknown
  }
  try {
    tell({
      kind: 'threw',
      thrown: error,
      ...(typeof retryable === 'boolean' ? { retryable } : {}),
      ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    })
  } catch {
    // it holds something that cannot be sent, like a function: what can be said of it is
    tell({ kind: 'failed', failure: toFailure(error) })
  }
}
