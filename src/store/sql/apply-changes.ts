/** One list of changes, in order. */
import type { Change } from '../store.ts'
import { addArtifact } from './artifacts.ts'
import { keepInCache } from './cache.ts'
import { addEvent } from './events.ts'
import { addLogLines } from './logs.ts'
import { addMessage } from './outbox.ts'
import { addFiring, clearFiring } from './rule-firings.ts'
import { createRun, moveRun, patchRun } from './runs.ts'
import { createTaskRuns, moveTaskRun } from './task-runs.ts'
import { keepTransaction } from './transactions.ts'
import type { Writing } from './writing.ts'

export async function applyChanges(writing: Writing, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    if (!isOfIgnoredRun(writing, change)) await applyChange(writing, change)
  }
}

async function applyChange(writing: Writing, change: Change): Promise<void> {
  switch (change.kind) {
    case 'run-created':
      return await createRun(writing, change)
    case 'run-state':
      return await moveRun(writing, change)
    case 'run-patched':
      return await patchRun(writing, change)
    case 'task-runs-created':
      return await createTaskRuns(writing, change)
    case 'task-run-state':
      return await moveTaskRun(writing, change)
    case 'logs':
      return await addLogLines(writing, change.lines)
    case 'artifact':
      return await addArtifact(writing, change.artifact)
    case 'outbox':
      return await addMessage(writing.connection, change.message)
    case 'event':
      return await addEvent(writing.connection, change.event)
    case 'rule-fired':
      return await addFiring(writing.connection, change.firing)
    case 'rule-cleared':
      return await clearFiring(writing.connection, change.key, change.at)
    case 'cache':
      return await keepInCache(writing.connection, change.record, change.claimedBy)
    case 'transaction':
      return await keepTransaction(writing, change)
    default:
      change satisfies never
  }
}

function isOfIgnoredRun({ ignoredRuns }: Writing, change: Change): boolean {
  if (ignoredRuns.size === 0) return false
  if (change.kind === 'artifact') return ignoredRuns.has(change.artifact.runId)
  if (change.kind === 'outbox') return change.message.runId !== null && ignoredRuns.has(change.message.runId)
  return 'runId' in change && ignoredRuns.has(change.runId)
}
