/** `d2flow run`: one flow, here and now. */
import { resolve } from 'node:path'
import { formatDuration } from '../../base/duration.ts'
import { UsageError } from '../../base/errors.ts'
import type { DataWindow, FlowRun } from '../../model/run.ts'
import type { Project } from '../../project/open-project.ts'
import { runFlowByName, type RunByNameOptions, type RunReport } from '../../project/run-flow-by-name.ts'
import { artifactForPrograms, artifactText } from '../artifact-text.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { parsePairs, readJsonObject } from '../key-values.ts'
import { withProject } from '../open.ts'
import { howToAnswer } from '../how-to-answer.ts'
import { parseMoment } from '../parse-moment.ts'
import { progressLine } from '../progress-line.ts'
import { failureForPrograms, runForPrograms } from '../../project/run-document.ts'

export interface RunOptions extends EndOptions {
  readonly param: readonly string[]
  readonly params?: string | undefined
  readonly sandbox?: true | undefined
  readonly dhis2: '2.42' | '2.43'
  readonly key?: string | undefined
  readonly due?: string | undefined
  readonly window?: string | undefined
}

export interface EndOptions {
  readonly report?: string | undefined
  readonly strict?: true | undefined
  /** Said at the end, and on the page: what a reader has to know of all figures. */
  readonly remark?: string
}

const MADE_UP = 'Read from the sandbox: whatever came from a source is made up.'

export async function run(invocation: Invocation, flowName: string, options: RunOptions): Promise<number> {
  const parameters = {
    ...(options.params === undefined ? {} : await readJsonObject(options.params, '--params', invocation.cwd)),
    ...parsePairs(options.param, '-p'),
  }
  const dueAt = options.due === undefined ? undefined : parseMoment(options.due)
  const window = options.window === undefined ? undefined : parseWindow(options.window)
  const ends: EndOptions = options.sandbox === true ? { ...options, remark: MADE_UP } : options
  const execute = async (project: Project) =>
    await seeToItsEnd(invocation, project, ends, (listening) =>
      runFlowByName(project, flowName, parameters, {
        ...listening,
        ...(options.key === undefined ? {} : { key: options.key }),
        ...(dueAt === undefined ? {} : { dueAt }),
        ...(window === undefined ? {} : { window }),
      }),
    )
  if (options.sandbox !== true) return await withProject(invocation, execute)

  const { startSandbox } = await import('../../sandbox/index.ts')
  const sandbox = await startSandbox({ dhis2: options.dhis2 })
  try {
    // a sandbox forgets everything when it stops, so nothing of its runs is kept beside real ones
    return await withProject(invocation, execute, { store: invocation.store ?? 'memory:', instead: sandbox.blocks })
  } finally {
    await sandbox.stop()
  }
}

/** What is said of a run besides how it ended. */
export type Listening = Pick<RunByNameOptions, 'signal' | 'onLog' | 'onProgress' | 'onWait' | 'whenSuspended'>

/** Tells what happens in a run while it is executed here, then how it ended. Gives the exit code. */
export async function seeToItsEnd(
  invocation: Invocation,
  project: Project,
  options: EndOptions,
  execute: (listening: Listening) => Promise<RunReport>,
): Promise<number> {
  const { output, signal } = invocation
  // what the run failed of is said once, at the end, with its hint
  const errors: string[] = []
  const report = await execute({
    signal,
    onLog: ({ level, message }) => (level === 'error' ? void errors.push(message) : output.log(level, message)),
    onProgress: (progress) => output.progress(progressLine(progress)),
    onWait: ({ what, reason, run: waiting, question }) =>
      question === null ? output.progress(`${what}: ${reason}`) : output.note(howToAnswer(waiting, question)),
    // a store that ends with this command holds no question that anybody else could answer
    whenSuspended: project.store.kind === 'memory' ? 'return' : 'follow',
  })
  output.progress(null)
  for (const message of errors) {
    if (report.failure === null || !message.includes(report.failure.message)) output.log('error', message)
  }
  return await finish(invocation, report, options)
}

async function finish(invocation: Invocation, report: RunReport, options: EndOptions): Promise<number> {
  const { output } = invocation
  const { run: ended, result, artifacts, failure } = report
  output.print(describe(report))
  output.document({
    run: { ...runForPrograms(ended), failure: failure === null ? null : failureForPrograms(failure) },
    result: result ?? null,
    artifacts: artifacts.map(artifactForPrograms),
  })
  if (options.remark !== undefined) output.note(options.remark)
  if (options.report !== undefined) {
    const { writeRunReport } = await import('../../project/run-report.ts')
    const path = await writeRunReport(resolve(invocation.cwd, options.report), report, options.remark)
    output.note(`the report is in ${path}`)
  }
  if (failure !== null) {
    output.failure(failure.code === 'engine/cancelled' ? { ...failure, hint: howToGoOn(ended) } : failure)
    return exitCodeOf(failure)
  }
  if (ended.state.type !== 'completed') return EXIT.runFailed
  return options.strict === true && ended.state.name === 'CompletedWithErrors' ? EXIT.runFailed : EXIT.done
}

function describe({ run: ended, artifacts, failure }: RunReport): string {
  const took =
    ended.startedAt === null || ended.endedAt === null
      ? ''
      : ` after ${formatDuration(Date.parse(ended.endedAt) - Date.parse(ended.startedAt))}`
  const shown = failure === null ? artifacts.map(artifactText) : []
  const message = failure === null ? (ended.state.message ?? ended.warning) : null
  return [
    ...shown,
    `run ${ended.name} of ${ended.flowName}: ${ended.state.name}${took}${message === null ? '' : ` (${message})`}`,
  ].join('\n\n')
}

/** A run that was stopped keeps its finished steps, for whoever names it. */
function howToGoOn({ flowName, key }: FlowRun): string {
  return key === null
    ? 'begin again, and name the run with --key: then it can go on where it was stopped'
    : `go on where it stopped with the same parameters and: d2flow run ${flowName} --key ${key}`
}

/** @throws UsageError `cli/usage` unless it is two moments, the earlier first */
function parseWindow(text: string): DataWindow {
  const ends = text.split('..')
  const [fromAt, toAt] = ends.map(parseMoment)
  if (ends.length !== 2 || fromAt === undefined || toAt === undefined || fromAt >= toAt) {
    throw new UsageError('cli/usage', `"${text}" is not a window`, {
      hint: 'write it like 2026-11-23T06:00:00Z..2026-11-24T06:00:00Z; the end does not belong to it',
    })
  }
  return { fromAt: fromAt.toISOString(), toAt: toAt.toISOString() }
}
