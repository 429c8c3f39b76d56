/** `d2flow run`: what may be asked. */
import { Option } from '@commander-js/extra-typings'
import type { Declare } from '../declare.ts'
import { append } from '../option-values.ts'

export const declareRun: Declare = (command, invoke) => {
  command
    .argument('<flow>', 'name of the flow; d2flow flows lists them')
    .option(
      '-p, --param <key=value>',
      'a parameter; the value is JSON when it parses, else text (repeatable)',
      append,
      [] as string[],
    )
    .option('--params <file>', 'a JSON file with parameters, - for standard input; -p wins over it')
    .option('--sandbox', 'against fakes on this machine, with nothing kept in the store')
    .addOption(
      new Option('--dhis2 <version>', 'with --sandbox: which DHIS2')
        .choices(['2.42', '2.43'] as const)
        .default('2.42' as const),
    )
    .option('--key <text>', 'a name for this run: when it was cut off, the same key goes on where it stopped')
    .option('--due <time>', 'the moment the run is due, for relative parameters (ISO 8601; default: now)')
    .option('--window <from..to>', 'whose data the run is about, for flows that ask (ISO 8601, the end left out)')
    .option('--report <file>', 'write a page with what the run published')
    .option('--strict', 'exit with 1 also when the run completed with errors')
    .addHelpText(
      'after',
      `
Examples:
  d2flow run dhis2-org-units --sandbox
  d2flow run dhis2-data-value-push -p file=values.csv -p instance=prod --key values-2026-11
  d2flow run air-quality-index -p data=live -p 'cities=[{"name":"Maputo","latitude":-25.97,"longitude":32.58}]'`,
    )
    .action((flow, options) =>
      invoke(async (invocation) => (await import('../commands/run.ts')).run(invocation, flow, options)),
    )
}
