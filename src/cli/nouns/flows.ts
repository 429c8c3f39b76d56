/** `d2flow flows`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareFlows: Declare = (command, invoke) => {
  command
    .argument('[shelf]', 'only those of one shelf: basics, dhis2, climate …')
    .addHelpText('after', '\nExamples:\n  d2flow flows\n  d2flow flows dhis2')
    .action((shelf) => invoke(async (invocation) => (await import('../commands/flows.ts')).flows(invocation, shelf)))
}
