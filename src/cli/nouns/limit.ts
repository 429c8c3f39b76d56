/** `d2flow limit …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseSeconds, parseSize } from '../option-values.ts'

export const declareLimit: Declare = (command, invoke) => {
  const commands = () => import('../commands/limit.ts')
  command
    .command('create')
    .description('say how many may do something at the same time, or how often')
    .argument('<name>', 'the name flows ask for')
    .argument('<number>', 'slots at the same time, or with --per the tokens of a rate; 0 lets nobody in', parseSize)
    .option('--per <seconds>', 'make it a rate: so many in this time', parseSeconds)
    .addHelpText(
      'after',
      '\nExamples:\n  d2flow limit create dhis2-api 4\n  d2flow limit create open-meteo 600 --per 60',
    )
    .action((name, size, options) =>
      invoke(async (invocation) => (await commands()).createLimit(invocation, name, size, options)),
    )
  command
    .command('resize')
    .description('change the number of a limit; who holds slots keeps them')
    .argument('<name>')
    .argument('<number>', 'slots, or tokens; 0 lets nobody in', parseSize)
    .addHelpText('after', '\nExample:\n  d2flow limit resize dhis2-api 8')
    .action((name, size) => invoke(async (invocation) => (await commands()).resizeLimit(invocation, name, size)))
  command
    .command('ls')
    .description('list limits, how much of each is taken, and who waits')
    .addHelpText('after', '\nExample:\n  d2flow limit ls')
    .action(() => invoke(async (invocation) => (await commands()).listLimits(invocation)))
  command
    .command('inspect')
    .description('show who holds a limit and who waits for it')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow limit inspect dhis2-api')
    .action((name) => invoke(async (invocation) => (await commands()).inspectLimit(invocation, name)))
  command
    .command('delete')
    .description('remove a limit; flows that ask for it fail then')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow limit delete dhis2-api')
    .action((name) => invoke(async (invocation) => (await commands()).deleteLimit(invocation, name)))
}
