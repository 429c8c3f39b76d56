/** `d2flow variable …`: what may be asked. */
import type { Declare } from '../declare.ts'

export const declareVariable: Declare = (command, invoke) => {
  const commands = () => import('../commands/variable.ts')
  command
    .command('set')
    .description('keep a value under a name')
    .argument('<name>', 'lower-case letters, digits, underscores and dashes')
    .argument('<value>', 'JSON when it parses, else text')
    .option('--overwrite', 'replace the value of this name')
    .option('--text', 'keep the value as text, also when it is JSON')
    .addHelpText(
      'after',
      `
A variable is not sealed: keep passwords in a block.

Examples:
  d2flow variable set batch_size 100
  d2flow variable set thresholds '{"amber":0.7,"green":0.9}' --overwrite`,
    )
    .action((name, value, options) =>
      invoke(async (invocation) => (await commands()).setVariable(invocation, name, value, options)),
    )
  command
    .command('get')
    .description('print the value of a name')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow variable get batch_size')
    .action((name) => invoke(async (invocation) => (await commands()).getVariable(invocation, name)))
  command
    .command('ls')
    .description('list all variables')
    .addHelpText('after', '\nExample:\n  d2flow variable ls --json')
    .action(() => invoke(async (invocation) => (await commands()).listVariables(invocation)))
  command
    .command('unset')
    .description('forget a name and its value')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow variable unset batch_size')
    .action((name) => invoke(async (invocation) => (await commands()).unsetVariable(invocation, name)))
}
