/** `d2flow config`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareConfig: Declare = (command, invoke) => {
  command
    .addHelpText('after', '\nExample:\n  d2flow config --json')
    .action(() => invoke(async (invocation) => (await import('../commands/config.ts')).showConfig(invocation)))
}
