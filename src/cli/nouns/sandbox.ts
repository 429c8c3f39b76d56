/** `d2flow sandbox`: what may be asked. */
import { Option } from '@commander-js/extra-typings'
import type { Declare } from '../declare.ts'
import { parsePort } from '../option-values.ts'

export const declareSandbox: Declare = (command, invoke) => {
  command
    .addOption(
      new Option('--dhis2 <version>', 'which DHIS2 it imitates')
        .choices(['2.40', '2.41', '2.42', '2.43'] as const)
        .default('2.42' as const),
    )
    .option('--port <number>', 'port of the DHIS2 server; the others follow (default: any free ones)', parsePort)
    .addOption(
      new Option('--values <kind>', 'data values that are there from the start')
        .choices(['none', 'demo', 'full'] as const)
        .default('none' as const),
    )
    .addHelpText(
      'after',
      '\nSign in as admin / district.\n\nExample:\n  d2flow sandbox --dhis2 2.43 --port 8080 --values demo',
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/sandbox.ts')).sandbox(invocation, options)),
    )
}
