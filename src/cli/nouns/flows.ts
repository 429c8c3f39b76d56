/** `d2flow flows`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareFlows: Declare = (command, invoke) => {
  command.action(() => invoke(async (invocation) => (await import('../commands/flows.ts')).flows(invocation)))
}
