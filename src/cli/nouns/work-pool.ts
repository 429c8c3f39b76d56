/** `d2flow work-pool …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseLimit } from '../option-values.ts'

export const declareWorkPool: Declare = (command, invoke) => {
  const commands = () => import('../commands/work-pool.ts')
  command
    .command('create')
    .description('make a work pool')
    .argument('<name>', 'the name that deployments and workers give')
    .requiredOption('--type <type>', 'how its runs are executed; see d2flow work-pool types')
    .option(
      '--concurrency-limit <number>',
      'runs under way at once, over all its workers (default: none)',
      parseLimit,
      null,
    )
    .option('--overwrite', 'replace one of this name')
    .addHelpText('after', '\nExample:\n  d2flow work-pool create night-runs --type process --concurrency-limit 4')
    .action((name, options) =>
      invoke(async (invocation) => (await commands()).createWorkPool(invocation, name, options)),
    )
  command
    .command('types')
    .description('list the types, and which of them are built')
    .addHelpText('after', '\nExample:\n  d2flow work-pool types')
    .action(() => invoke(async (invocation) => (await commands()).listWorkPoolTypes(invocation)))
  command
    .command('ls')
    .description('list work pools, with their runs and workers')
    .addHelpText('after', '\nExample:\n  d2flow work-pool ls')
    .action(() => invoke(async (invocation) => (await commands()).listWorkPools(invocation)))
  command
    .command('inspect')
    .description('show its deployments, its workers and when each was last heard of')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow work-pool inspect night-runs')
    .action((name) => invoke(async (invocation) => (await commands()).inspectWorkPool(invocation, name)))
  command
    .command('pause')
    .description('give out no more runs; those under way go on')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow work-pool pause night-runs')
    .action((name) =>
      invoke(async (invocation) => (await commands()).pauseWorkPool(invocation, name, { paused: true })),
    )
  command
    .command('resume')
    .description('give out runs again, those first that are due longest')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow work-pool resume night-runs')
    .action((name) =>
      invoke(async (invocation) => (await commands()).pauseWorkPool(invocation, name, { paused: false })),
    )
  command
    .command('set-concurrency-limit')
    .description('change how many of its runs may be under way at once; those under way go on')
    .argument('<name>')
    .argument('<number>', 'a whole number from 0, or none', parseLimit)
    .addHelpText('after', '\nExample:\n  d2flow work-pool set-concurrency-limit night-runs 2')
    .action((name, limit) => invoke(async (invocation) => (await commands()).limitWorkPool(invocation, name, limit)))
  command
    .command('delete')
    .description('remove a work pool that no deployment goes to')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow work-pool delete night-runs')
    .action((name) => invoke(async (invocation) => (await commands()).deleteWorkPool(invocation, name)))
}
