/** `d2flow deployment …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { append } from '../option-values.ts'

export const declareDeployment: Declare = (command, invoke) => {
  command
    .command('ls')
    .description('list deployments, with the next run and how the last one ended')
    .addHelpText('after', '\nExample:\n  d2flow deployment ls')
    .action(() => invoke(async (invocation) => (await import('../commands/deployment.ts')).listDeployments(invocation)))
  command
    .command('run')
    .description('ask for a run now; a serving process takes it, or a worker of its pool')
    .argument('<name>', 'flow/deployment')
    .option('-p, --param <key=value>', 'a parameter over those of the deployment (repeatable)', append, [] as string[])
    .option('--due <time>', 'make up for this moment of its schedule (ISO 8601; default: now)')
    .option('--watch', 'wait for its end, and exit with its outcome')
    .addHelpText(
      'after',
      '\nExamples:\n  d2flow deployment run dhis2-org-units/nightly --watch\n  d2flow deployment run dhis2-org-units/nightly --due 2026-11-24T02:00:00Z',
    )
    .action((name, options) =>
      invoke(async (invocation) =>
        (await import('../commands/deployment.ts')).runDeployment(invocation, name, options),
      ),
    )
  command
    .command('pause')
    .description('stop scheduling; a run by hand stays possible')
    .argument('<name>', 'flow/deployment')
    .addHelpText('after', '\nExample:\n  d2flow deployment pause dhis2-org-units/nightly')
    .action((name) =>
      invoke(async (invocation) => (await import('../commands/deployment.ts')).pauseDeployment(invocation, name)),
    )
  command
    .command('resume')
    .description('schedule again, from now on')
    .argument('<name>', 'flow/deployment')
    .addHelpText('after', '\nExample:\n  d2flow deployment resume dhis2-org-units/nightly')
    .action((name) =>
      invoke(async (invocation) => (await import('../commands/deployment.ts')).resumeDeployment(invocation, name)),
    )
}
