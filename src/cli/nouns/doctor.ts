/** `d2flow doctor`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareDoctor: Declare = (command, invoke) => {
  command
    .option('--offline', 'ask nobody over the network')
    .addHelpText(
      'after',
      '\nExits with 2 when something here is wrong, with 3 when only the other side could not be reached.\n\nExamples:\n  d2flow doctor\n  d2flow doctor --offline --json',
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/doctor.ts')).doctor(invocation, options)),
    )
}
