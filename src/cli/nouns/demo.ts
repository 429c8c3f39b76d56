/** `d2flow demo`: what may be asked. */
import { Option } from '@commander-js/extra-typings'
import type { Declare } from '../declare.ts'

export const declareDemo: Declare = (command, invoke) => {
  command
    .addOption(
      new Option('--dhis2 <version>', 'which DHIS2 the sandbox imitates')
        .choices(['2.42', '2.43'] as const)
        .default('2.42' as const),
    )
    .option('--out <folder>', 'where the report goes', '.d2flow/demo')
    .addHelpText('after', '\nExample:\n  d2flow demo --dhis2 2.43')
    .action((options) => invoke(async (invocation) => (await import('../commands/demo.ts')).demo(invocation, options)))
}
