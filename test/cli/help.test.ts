/** What the command line says of itself: a new verb brings its example. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'

/** `help` is commander's; `execute-runs` is for `serve` alone. */
const INTERNAL = new Set(['help', 'execute-runs'])

describe('every command', () => {
  it('has help, with an example', async () => {
    const nouns = await declaredNouns()
    const verbs = nouns
      .flatMap((noun) => (noun.commands.length === 0 ? [noun] : noun.commands))
      .filter((verb) => !INTERNAL.has(verb.name()))
    const pathOf = (verb: AnyCommand) => `${verb.parent?.name() ?? ''} ${verb.name()}`

    expect(verbs.length).toBeGreaterThan(30)
    expect(verbs.filter((verb) => !helpOf(verb).includes('Example')).map(pathOf)).toEqual([])
    expect(verbs.filter((verb) => verb.description() === '').map(pathOf)).toEqual([])
  })
})

type AnyCommand = CommandUnknownOpts

/** Each noun declared in full: a program declares only the one that was typed. */
async function declaredNouns(): Promise<readonly AnyCommand[]> {
  const names = (await build(undefined)).commands.map((noun) => noun.name())
  const programs = await Promise.all(names.map(build))
  return programs.flatMap(({ commands }, at) => commands.filter((noun) => noun.name() === names[at]))
}

function build(asked: string | undefined) {
  return buildProgram({ version: '0', asked, json: false, invoke: () => Promise.resolve() })
}

function helpOf(command: AnyCommand): string {
  let text = ''
  command.configureOutput({ writeOut: (words) => (text += words) }).outputHelp()
  return text
}
