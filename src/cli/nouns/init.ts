/** `d2flow init`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareInit: Declare = (command, invoke) => {
  command
    .argument('<folder>', 'a new folder, or an empty one')
    .addHelpText('after', '\nExample:\n  d2flow init my-sync')
    .action((folder) => invoke(async (invocation) => (await import('../commands/init.ts')).init(invocation, folder)))
}
