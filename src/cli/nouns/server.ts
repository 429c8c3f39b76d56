/** `d2flow server …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parsePort } from '../option-values.ts'

export const declareServer: Declare = (command, invoke) => {
  command
    .command('start')
    .description('show the pages and answer the API, without executing runs, until stopped')
    .option('--host <address>', 'where it listens; anything but this machine needs D2FLOW_TOKEN', '127.0.0.1')
    .option('--port <number>', '0 for any free one', parsePort, 4_200)
    .addHelpText(
      'after',
      `
d2flow serve shows the same pages and executes runs too.

Examples:
  d2flow server start
  D2FLOW_TOKEN_FILE=/etc/d2flow/token d2flow server start --host 0.0.0.0`,
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/server.ts')).startServer(invocation, options)),
    )
}
