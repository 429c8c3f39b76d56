/** `d2flow artifact …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount } from '../option-values.ts'

export const declareArtifact: Declare = (command, invoke) => {
  const commands = () => import('../commands/artifact.ts')
  command
    .command('ls')
    .description('list what was published under a key, the newest version of each')
    .addHelpText('after', '\nExample:\n  d2flow artifact ls')
    .action(() => invoke(async (invocation) => (await commands()).listArtifacts(invocation)))
  command
    .command('inspect')
    .description('print the newest version of a key, or an older one')
    .argument('<key>')
    .option('--version-number <number>', 'counted from 1, the oldest', parseCount)
    .addHelpText(
      'after',
      '\nExamples:\n  d2flow artifact inspect gdp-comparison\n  d2flow artifact inspect gdp-comparison --version-number 1',
    )
    .action((key, options) =>
      invoke(async (invocation) => (await commands()).inspectArtifact(invocation, key, options)),
    )
  command
    .command('versions')
    .description('list all versions of a key, newest first')
    .argument('<key>')
    .addHelpText('after', '\nExample:\n  d2flow artifact versions gdp-comparison')
    .action((key) => invoke(async (invocation) => (await commands()).listVersions(invocation, key)))
}
