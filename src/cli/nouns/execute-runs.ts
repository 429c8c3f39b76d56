/** `d2flow execute-runs`: what `serve` starts for itself. */
import type { Declare } from '../declare.ts'

export const declareExecuteRuns: Declare = (command, invoke) => {
  command.action(() =>
    invoke(async (invocation) => (await import('../commands/execute-runs.ts')).executeRuns(invocation)),
  )
}
