/** `d2flow report`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareReport: Declare = (command, invoke) => {
  command
    .argument('<run>', 'id or name, or the beginning of one')
    .option('--out <file>', 'where the page goes (default: RUN.html here)')
    .addHelpText(
      'after',
      '\nThe page needs nothing else: no server, no script, no network.\n\nExample:\n  d2flow report brave-otter --out push-2026-11.html',
    )
    .action((run, options) =>
      invoke(async (invocation) => (await import('../commands/report.ts')).report(invocation, run, options)),
    )
}
