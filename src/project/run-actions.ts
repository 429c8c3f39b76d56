/** What a person can do to a run, from the command line or from the page. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { answerRun, type AnswerGiven } from '../engine/answer-run.ts'
import { cancelRun as cancel } from '../engine/cancel-run.ts'
import { retryRun as askAgain, type RetryRunOptions } from '../engine/retry-run.ts'
import type { FlowRun } from '../model/run.ts'
import type { Project } from './open-project.ts'

export type { AnswerGiven, RetryRunOptions }

/**
 * Resumes a paused run, or says yes or no to what it asks.
 *
 * @throws EngineError `engine/transition` when it waits for nothing, for another answer, or no longer
 * @throws ConfigError `config/params` when the input does not fit; it goes on waiting
 * @throws StoreError `store/stale` when somebody else answered first
 */
export async function answerQuestion(project: Project, run: FlowRun, given: AnswerGiven): Promise<FlowRun> {
  return await answerRun(project.store, run, given, project.host().clock)
}

/**
 * Schedules a run again that failed, crashed or was cancelled: a serving process takes it. Finished steps keep their
 * results, but for those from `from` on, or all with `fresh`.
 *
 * @throws EngineError `engine/transition`, ConfigError `config/params` for a step that is not there, StoreError `store/stale`
 */
export async function retryRun(project: Project, run: FlowRun, options: RetryRunOptions): Promise<FlowRun> {
  return await askAgain(project.store, run, options, project.host().clock)
}

/**
 * Cancels a run at once when nobody executes it, else asks its process to stop: it is heard within two seconds. Gives the
 * run as it is then.
 *
 * @throws EngineError `engine/transition` for a run that has ended
 */
export async function cancelRun(project: Project, run: FlowRun, by: string): Promise<FlowRun> {
  const { clock, isGone } = project.host()
  return await cancel(project.store, run.id, {
    now: clock.now(),
    by,
    ...(isGone === undefined ? {} : { isGone }),
  })
}

/**
 * Deletes an ended run and the subflows it called, with their steps, logs, artifacts and the folders they left. Result
 * files that nobody else names go when old things are let go the next time. Gives the ids of what is gone.
 *
 * @throws EngineError `engine/transition` for a run that has not ended
 */
export async function deleteRun({ store, workFolder }: Project, run: FlowRun): Promise<readonly string[]> {
  const gone = await store.runs.delete(run.id)
  for (const id of gone) await rm(join(workFolder, id), { recursive: true, force: true })
  return gone
}
