/** `d2flow worker …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount } from '../option-values.ts'

export const declareWorker: Declare = (command, invoke) => {
  command
    .command('start')
    .description('take the runs that wait in a work pool, each in a process of its own, until stopped')
    .requiredOption('--pool <name>', 'the work pool')
    .option('--name <name>', 'what it is called in lists and logs (default: the name of the machine and the process)')
    .option('--limit <number>', 'runs at the same time', parseCount, 5)
    .option('--run-once', 'take what is due, wait for its end, and stop')
    .addHelpText('after', '\nExample:\n  d2flow worker start --pool night-runs --limit 2')
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/worker.ts')).startWorker(invocation, options)),
    )
}
