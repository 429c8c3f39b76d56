/** The guide in docs/deployments.md names commands; each is there, with the options that it is shown with. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs/deployments.md'), 'utf8')
const COMMANDS = [...GUIDE.matchAll(/(?:^|`)d2flow ([^`\n]+)/gm)].map(([, words]) => (words ?? '').trim().split(' '))

async function declared(noun: string): Promise<Command> {
  const program = await buildProgram({ version: '0', asked: noun, json: false, invoke: () => Promise.resolve() })
  const command = program.commands.find((each) => each.name() === noun)
  if (command === undefined) throw new Error(`there is no command ${noun}`)
  return command as Command
}

it('finds the commands of the guide', () => {
  expect(COMMANDS.map(([noun]) => noun)).toEqual(
    expect.arrayContaining(['serve', 'deploy', 'work-pool', 'worker', 'server', 'deployment']),
  )
})

it.each(COMMANDS.map((words) => [words.join(' '), words] as const))(
  'shows a command that is there: d2flow %s',
  async (_, words) => {
    const [noun = '', verb = ''] = words
    const command = await declared(noun)
    const told = command.commands.length === 0 ? command : command.commands.find((each) => each.name() === verb)

    const known = told?.options.flatMap(({ short, long }) => [short, long])
    expect(known, `d2flow ${noun} ${verb}`).toEqual(
      expect.arrayContaining(words.filter((word) => word.startsWith('-'))),
    )
  },
)
