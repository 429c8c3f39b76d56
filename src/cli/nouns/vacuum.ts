/** `d2flow vacuum`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount } from '../option-values.ts'

export const declareVacuum: Declare = (command, invoke) => {
  command
    .option('--runs <days>', 'keep ended runs so long (default: 90)', parseCount)
    .option('--logs <days>', 'keep the logs of ended runs so long (default: 30)', parseCount)
    .option('--events <days>', 'keep events so long (default: 7)', parseCount)
    .addHelpText(
      'after',
      `
The newest version of every artifact key is kept for ever, and so is the run that published it. What has not ended is
never touched. A serving process does the same every hour, but for giving the room back to the disk.

Examples:
  d2flow vacuum
  d2flow vacuum --runs 365 --logs 60`,
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/vacuum.ts')).vacuum(invocation, options)),
    )
}
