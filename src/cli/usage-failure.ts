/** What commander says about the arguments, as a failure like any other. */
import { UsageError } from '../base/errors.ts'
import { toFailure, type Failure } from '../base/failure.ts'

/**
 * Null when help or the version was asked for and shown. Anything that is not commander's is thrown on.
 *
 * @param command what was typed: a noun, or a noun and its verb, for the hint
 */
export function usageFailure(error: unknown, command: string | undefined): Failure | null {
  const { code, exitCode, message } = error as { code?: unknown; exitCode?: number; message: string }
  if (typeof code !== 'string' || !code.startsWith('commander.')) throw error
  if (exitCode === 0) return null
  const help = `see: d2flow ${command === undefined || message.includes(`'${command}'`) ? '' : `${command} `}--help`
  // a person has the help before their eyes already
  if (code === 'commander.help')
    return toFailure(new UsageError('cli/usage', `d2flow ${command ?? ''} needs a command`, { hint: help }))
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n')
  return toFailure(
    new UsageError('cli/usage', what, {
      hint: suggestion === undefined ? help : `${question(suggestion)} ${help}`,
    }),
  )
}

/** "(Did you mean demo?)" without its brackets, in the words of every other hint. */
function question(suggestion: string): string {
  return suggestion.replace(/^\(D/, 'd').replace(/\)$/, '')
}
