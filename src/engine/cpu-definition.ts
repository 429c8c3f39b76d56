/**
 * Where a task that computes is defined. A function cannot be sent to another thread: the thread loads the file that
 * defines the task and finds it there by its name.
 */
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getCallSites } from 'node:util'
import { ConfigError } from '../base/errors.ts'
import type { TaskCore } from './task-core.ts'

export interface CpuDefinition {
  /** The URL of the file. */
  readonly file: string
}

const OURS = pathToFileURL(`${import.meta.dirname}/`).href

const definedHere: TaskCore[] = []

/**
 * The file that calls `task`, or the one whose `import.meta` a factory was handed.
 *
 * @throws ConfigError `config/params` for code that has no file
 */
export function whereDefined(taskName: string, cpu: true | { readonly url: string }): CpuDefinition {
  const file = cpu === true ? callerOfTask() : cpu.url
  if (file?.startsWith('file:') === true) return { file }
  throw new ConfigError('config/params', `${taskName} says cpu: true and is not defined in a file`, {
    hint: 'a thread loads the file that defines the task: write it to one',
  })
}

function callerOfTask(): string | undefined {
  return getCallSites(10)
    .map(({ scriptName }) => (isAbsolute(scriptName) ? pathToFileURL(scriptName).href : scriptName))
    .find((url) => !url.startsWith(OURS))
}

/** Remembers the task, in case this is a thread that is asked to run it. */
export function noteDefinition(core: TaskCore): void {
  definedHere.push(core)
}

export function findDefinition(taskName: string, file: string): TaskCore | undefined {
  return definedHere.find(({ name, cpu }) => name === taskName && cpu?.file === file)
}
