/** `d2flow event …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount } from '../option-values.ts'

export const declareEvent: Declare = (command, invoke) => {
  command
    .command('ls')
    .description('list what happened, newest first')
    .option('--name <name>', 'only events of this name, or of names that begin so: run.*')
    .option('--resource <path>', 'only of this thing: run/ID, deployment/FLOW/NAME, variable/NAME, rule/NAME …')
    .option('--limit <number>', 'how many', parseCount, 50)
    .addHelpText(
      'after',
      '\nExamples:\n  d2flow event ls --name run.failed\n  d2flow event ls --name "rule.*"\n  d2flow event ls --resource deployment/dhis2-org-units/nightly',
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/event.ts')).listEvents(invocation, options)),
    )
}
