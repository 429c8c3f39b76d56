/** `d2flow flow-run …`: what may be asked. */
import { Option } from '@commander-js/extra-typings'
import type { Declare } from '../declare.ts'
import { parseCount } from '../option-values.ts'

export const declareFlowRun: Declare = (command, invoke) => {
  command
    .command('ls')
    .description('list runs, newest first')
    .option('--flow <name>', 'only runs of this flow')
    .option('--state <type>', 'only runs in this state')
    .option('--limit <number>', 'how many', parseCount, 20)
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/flow-run.ts')).listRuns(invocation, options)),
    )
  command
    .command('inspect')
    .description('show a run: state, steps, artifacts, history')
    .argument('<run>', 'id or name, or the beginning of one')
    .action((run) =>
      invoke(async (invocation) => (await import('../commands/flow-run.ts')).inspectRun(invocation, run)),
    )
  command
    .command('logs')
    .description('print the log of a run')
    .argument('<run>', 'id or name, or the beginning of one')
    .option('--tail <number>', 'only the last lines', parseCount)
    .addOption(
      new Option('--level <level>', 'only this level and above').choices(['debug', 'info', 'warn', 'error'] as const),
    )
    .action((run, options) =>
      invoke(async (invocation) => (await import('../commands/flow-run.ts')).printLogs(invocation, run, options)),
    )
}
