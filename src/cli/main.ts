/** The command line: reads the arguments, runs one command, and gives its exit code. */
import { readFileSync } from 'node:fs'
import { systemClock } from '../base/clock.ts'
import { toFailure } from '../base/failure.ts'
import { readSettings } from '../base/settings.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import type { Invocation } from './invocation.ts'
import { createOutput } from './output.ts'
import { buildProgram } from './program.ts'

/** @param argv the arguments after `d2flow` */
export async function main(argv: readonly string[]): Promise<number> {
  const settings = readSettings()
  const stop = new AbortController()
  let exitCode: number = EXIT.done

  const program = buildProgram(version(), async (run) => {
    const globals = program.opts()
    const output = createOutput({
      json: globals.json === true,
      stdout: process.stdout,
      stderr: process.stderr,
      ci: settings.ci,
      monotonicMs: () => systemClock.monotonicMs(),
    })
    const invocation: Invocation = {
      output,
      settings,
      cwd: process.cwd(),
      projectFolder: globals.project,
      store: globals.store ?? settings.store,
      version: version(),
      signal: stop.signal,
    }
    const onSignal = (name: NodeJS.Signals) => {
      // asked a second time: whoever asks does not want to wait
      if (stop.signal.aborted) process.exit(130)
      output.note(`${name}: stopping; once more stops at once`)
      stop.abort(name)
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
    try {
      exitCode = await run(invocation)
    } catch (error) {
      const failure = toFailure(error)
      output.failure(failure)
      exitCode = exitCodeOf(failure)
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    }
  })

  try {
    program.exitOverride()
    for (const command of allCommands(program)) command.exitOverride()
    // --json may stand before or after the command
    await program.parseAsync(hoistGlobals(argv), { from: 'user' })
  } catch (error) {
    const { code, exitCode: asked } = error as { code?: string; exitCode?: number }
    if (code === undefined || !code.startsWith('commander.')) throw error
    return asked === 0 ? EXIT.done : EXIT.wrongUse
  }
  return exitCode
}

interface AnyCommand {
  readonly commands: readonly AnyCommand[]
  exitOverride(): unknown
}

function allCommands(command: AnyCommand): AnyCommand[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)])
}

const GLOBAL_FLAGS = new Set(['--json'])
const GLOBAL_OPTIONS = new Set(['--project', '--store'])

/** Global options first, so that people may write them where they like; `--output json` is read as `--json`. */
function hoistGlobals(argv: readonly string[]): string[] {
  const globals: string[] = []
  const rest: string[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? ''
    const [name = ''] = argument.split('=')
    if (argument === '--output' && argv[at + 1] === 'json') {
      globals.push('--json')
      at += 1
    } else if (GLOBAL_FLAGS.has(argument)) globals.push(argument)
    else if (GLOBAL_OPTIONS.has(name) && argument.includes('=')) globals.push(argument)
    else if (GLOBAL_OPTIONS.has(argument)) {
      globals.push(argument, argv[at + 1] ?? '')
      at += 1
    } else rest.push(argument)
  }
  return [...globals, ...rest]
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
