/** `d2flow deploy`: what may be asked. */
import type { Declare } from '../declare.ts'
import { append } from '../option-values.ts'

export const declareDeploy: Declare = (command, invoke) => {
  command
    .option(
      '-n, --name <name>',
      'deployment, or flow/deployment; * stands for any text (repeatable)',
      append,
      [] as string[],
    )
    .option('--all', 'all of them')
    .addHelpText(
      'after',
      "\nExamples:\n  d2flow deploy -n dhis2-ou\n  d2flow deploy -n 'dhis2-*'\n  d2flow deploy --all",
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/deploy.ts')).deploy(invocation, options)),
    )
}
