/** The command line: reads the arguments, runs one command, and gives its exit code. */
import { readFileSync } from 'node:fs'
import { systemClock } from '../base/clock.ts'
import { EngineError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import { readSettings } from '../base/settings.ts'
import type { Invoke } from './declare.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { createOutput } from './output.ts'
import { buildProgram } from './program.ts'
import { usageFailure } from './usage-failure.ts'

/** @param argv the arguments after `d2flow` */
export async function main(argv: readonly string[]): Promise<number> {
  const settings = readSettings()
  const { globals, rest } = splitGlobals(argv.length === 0 ? ['--help'] : argv)
  const asked = nounOf(rest)
  const json = globals.includes('--json')
  const output = createOutput({
    json,
    stdout: process.stdout,
    stderr: process.stderr,
    ci: settings.ci,
    monotonicMs: () => systemClock.monotonicMs(),
  })
  const stop = new AbortController()
  let exitCode: number = EXIT.done

  const invoke: Invoke = async (run) => {
    const { project, store } = program.opts()
    const onSignal = (name: NodeJS.Signals) => {
      // asked a second time: whoever asks does not want to wait
      if (stop.signal.aborted) process.exit(130)
      output.note(`${name}: stopping; once more stops at once`)
      stop.abort(new EngineError('engine/cancelled', `stopped by ${name}`))
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
    try {
      exitCode = await run({
        output,
        settings,
        cwd: process.cwd(),
        projectFolder: project,
        store: store ?? settings.store,
        version: version(),
        signal: stop.signal,
      })
    } catch (error) {
      const failure = toFailure(error)
      output.failure(failure)
      exitCode = exitCodeOf(failure)
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    }
  }

  const program = await buildProgram({ version: version(), asked, json, invoke })
  try {
    await program.parseAsync([...globals, ...rest], { from: 'user' })
  } catch (error) {
    const failure = usageFailure(error, commandOf(program, asked, rest))
    if (failure === null) return EXIT.done
    output.failure(failure)
    return EXIT.wrongUse
  }
  return exitCode
}

/** The noun that was typed, and its verb when there is one of that name: whose help is of use. */
function commandOf(program: Program, noun: string | undefined, rest: readonly string[]): string | undefined {
  if (noun === undefined) return undefined
  const verb = rest[rest.indexOf(noun) + 1]
  const verbs = program.commands.find((command) => command.name() === noun)?.commands ?? []
  return verbs.some((command) => command.name() === verb) ? `${noun} ${verb}` : noun
}

type Program = Awaited<ReturnType<typeof buildProgram>>

const GLOBAL_FLAGS = new Set(['--json'])
const GLOBAL_OPTIONS = new Set(['--project', '--store'])

/** Global options may stand before or after the command; `--output json` is read as `--json`. */
function splitGlobals(argv: readonly string[]): { readonly globals: string[]; readonly rest: string[] } {
  const globals: string[] = []
  const rest: string[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? ''
    const [name = ''] = argument.split('=')
    if (argument === '--') {
      rest.push(...argv.slice(at))
      break
    }
    if (argument === '--output' && argv[at + 1] === 'json') {
      globals.push('--json')
      at += 1
    } else if (GLOBAL_FLAGS.has(argument)) globals.push(argument)
    else if (GLOBAL_OPTIONS.has(name) && argument.includes('=')) globals.push(argument)
    else if (GLOBAL_OPTIONS.has(argument)) {
      const value = argv[at + 1]
      // without its value the next word would be taken for one
      if (value === undefined) return { globals: [...globals, argument], rest: [] }
      globals.push(argument, value)
      at += 1
    } else rest.push(argument)
  }
  return { globals, rest }
}

/** `block` of `block create …`, and of `help block`. */
function nounOf(rest: readonly string[]): string | undefined {
  const words = rest.filter((argument) => !argument.startsWith('-'))
  return words[0] === 'help' ? words[1] : words[0]
}

function version(): string {
  // from source this file is src/cli, from the build dist/src/cli
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string
        version: string
      }
      if (name === 'd2flow') return found
    } catch {
      // not this one
    }
  }
  return '0.0.0'
}
