/** `d2flow serve`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount } from '../option-values.ts'

export const declareServe: Declare = (command, invoke) => {
  command
    .option('--at-once <number>', 'runs at the same time', parseCount, 5)
    .option('--no-isolate', 'execute runs in this process, and not in processes of their own')
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/serve.ts')).serveProject(invocation, options)),
    )
}
