/** `d2flow serve`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount, parsePort } from '../option-values.ts'

export const declareServe: Declare = (command, invoke) => {
  command
    .option('--at-once <number>', 'runs at the same time', parseCount, 5)
    .option('--no-isolate', 'execute runs in this process, and not in processes of their own')
    .option('--host <address>', 'where the page listens; anything but this machine needs D2FLOW_TOKEN', '127.0.0.1')
    .option('--port <number>', 'port of the page (default: 4200, when it is free)', parsePort)
    .option('--no-page', 'without the page')
    .addHelpText('after', '\nExample:\n  d2flow serve --at-once 2')
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/serve.ts')).serveProject(invocation, options)),
    )
}
