/** `d2flow flow-run …`: what a person can do to a run. */
import { userInfo } from 'node:os'
import { UsageError } from '../../base/errors.ts'
import type { JsonValue } from '../../base/json.ts'
import { isSuspended } from '../../model/state.ts'
import {
  answerQuestion,
  cancelRun,
  deleteRun,
  retryRun,
  type AnswerGiven,
  type RetryRunOptions,
} from '../../project/run-actions.ts'
import { runForPrograms } from '../../project/run-document.ts'
import { retryRunHere } from '../../project/run-flow-by-name.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import type { Invocation } from '../invocation.ts'
import { parsePairs } from '../key-values.ts'
import { withProject } from '../open.ts'
import { watchRun } from '../watch-run.ts'
import { seeToItsEnd } from './run.ts'

export interface AnswerOptions {
  readonly by?: string | undefined
  readonly input?: readonly string[] | undefined
}

export async function answer(
  invocation: Invocation,
  verb: AnswerGiven['verb'],
  idOrName: string,
  { by, input = [] }: AnswerOptions,
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const asked = await findRun(project, idOrName)
    const run = await answerQuestion(project, asked, {
      verb,
      by: by ?? whoIsHere(),
      ...(input.length === 0 ? {} : { input: parsePairs(input, '--input') as JsonValue }),
    })
    const goesOn = isSuspended(asked.state)
      ? 'whoever serves or waits for it goes on with it (d2flow serve, or a worker of its pool)'
      : 'its process goes on'
    invocation.output.print(`run ${run.name} is ${run.state.message}; ${goesOn}`)
    invocation.output.document({ run: runForPrograms(run) })
    return EXIT.done
  })
}

export async function cancel(
  invocation: Invocation,
  idOrName: string,
  { by }: Pick<AnswerOptions, 'by'>,
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const run = await cancelRun(project, await findRun(project, idOrName), by ?? whoIsHere())
    const what = run.state.type === 'cancelled' ? 'is cancelled' : 'is asked to stop; see d2flow flow-run watch'
    invocation.output.print(`run ${run.name} ${what}`)
    invocation.output.document({ run: runForPrograms(run) })
    return EXIT.done
  })
}

export async function remove(invocation: Invocation, idOrName: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const run = await findRun(project, idOrName)
    const gone = await deleteRun(project, run)
    const others = gone.length - 1
    const subflows = others === 0 ? '' : ` with ${others} ${others === 1 ? 'subflow' : 'subflows'}`
    invocation.output.print(`run ${run.name} of ${run.flowName} is deleted${subflows}`)
    invocation.output.document({ deleted: gone })
    return EXIT.done
  })
}

export interface RetryOptions {
  readonly from?: string | undefined
  readonly fresh?: true | undefined
  readonly done?: string | undefined
  readonly result?: string | undefined
  readonly later?: true | undefined
  readonly by?: string | undefined
  readonly report?: string | undefined
  readonly strict?: true | undefined
}

export async function retry(invocation: Invocation, idOrName: string, options: RetryOptions): Promise<number> {
  return await withProject(invocation, async (project) => {
    const ended = await findRun(project, idOrName)
    const how = {
      by: options.by ?? whoIsHere(),
      ...(options.from === undefined ? {} : { from: options.from }),
      fresh: options.fresh === true,
      ...(options.done === undefined ? {} : { done: doneWith(options.done, options.result) }),
    }
    if (options.later !== true) {
      return await seeToItsEnd(invocation, project, options, (listening) =>
        retryRunHere(project, ended, how, listening),
      )
    }
    const run = await retryRun(project, ended, how)
    invocation.output.print(
      `run ${run.name} is asked for again; whoever serves takes it (d2flow serve, or a worker of its pool)`,
    )
    invocation.output.document({ run: runForPrograms(run) })
    return EXIT.done
  })
}

export async function watch(invocation: Invocation, idOrName: string): Promise<number> {
  return await withProject(
    invocation,
    async (project) => await watchRun(invocation, project, await findRun(project, idOrName)),
  )
}

/** @throws UsageError `cli/usage` for a result that is not JSON */
function doneWith(step: string, result: string | undefined): NonNullable<RetryRunOptions['done']> {
  if (result === undefined) return { step }
  try {
    return { step, result: JSON.parse(result) as JsonValue }
  } catch (cause) {
    throw new UsageError('cli/usage', `the result "${result}" is not JSON`, {
      hint: `quote it for the shell: --result '{"id":"abc"}'`,
      cause,
    })
  }
}

/** The name under which somebody sits at this machine: for the history. */
function whoIsHere(): string {
  try {
    return userInfo().username
  } catch {
    // a container may run under a number that has no name
    return 'somebody at the command line'
  }
}
