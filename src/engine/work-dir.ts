/**
 * A folder of each run's own: made when first asked for, and removed when nobody can need it any more.
 *
 * A run that failed keeps it, for whoever looks into it and for the attempt that goes on from there; without a store no
 * attempt can.
 */
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isTerminal } from '../model/state.ts'
import type { RunScope } from './run-scope.ts'

export function workDirOf(scope: RunScope): string {
  scope.workDir ??= makeFolder(placeOf(scope))
  return scope.workDir
}

/** For a body that is called bare, which has no end: whoever calls it cleans up. */
export function temporaryFolder(runId: string): string {
  return makeFolder(join(tmpdir(), `d2flow-${runId}`))
}

/** @param begunBefore an earlier attempt may have made the folder, also when this one did not ask for it */
export async function removeWorkDir(scope: RunScope, begunBefore: boolean): Promise<void> {
  const { type } = scope.run.state
  const isDone = type === 'completed' || (scope.host.store === null && isTerminal(scope.run.state))
  if (!isDone || scope.flow.keepWorkDir || (scope.workDir === null && !begunBefore)) return
  const folder = scope.workDir ?? placeOf(scope)
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    scope.log(null).warn(`the folder of the run was not removed: ${(error as Error).message}`)
  }
}

function placeOf({ host, run }: RunScope): string {
  return host.workDir?.(run) ?? join(tmpdir(), `d2flow-${run.id}`)
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
