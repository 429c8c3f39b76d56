/** `d2flow block …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { append } from '../option-values.ts'

export const declareBlock: Declare = (command, invoke) => {
  command
    .command('types')
    .description('list the types of block, or the fields of one')
    .argument('[type]', 'show its fields')
    .addHelpText('after', '\nExamples:\n  d2flow block types\n  d2flow block types dhis2')
    .action((type) =>
      invoke(async (invocation) => {
        const { listBlockTypes, showBlockType } = await import('../commands/block-types.ts')
        return await (type === undefined ? listBlockTypes(invocation) : showBlockType(invocation, type))
      }),
    )
  command
    .command('create')
    .description('save a connection; asks for what is missing when a person is there')
    .argument('<type>', 'a type of block; d2flow block types lists them')
    .argument('<name>', 'the name flows open it by')
    .option(
      '-v, --value <field=value>',
      'a field; the value is JSON when it parses, else text (repeatable)',
      append,
      [] as string[],
    )
    .option('--values <file>', 'a JSON file with the fields; - reads standard input')
    .option('--overwrite', 'replace a block of this name')
    .addHelpText(
      'after',
      `
A secret given as @NAME is read from the environment variable NAME, so that it is in no shell history.

Examples:
  d2flow block create dhis2 prod -v baseUrl=https://dhis2.example.org -v username=sync -v password=@DHIS2_PASSWORD
  d2flow block create slack-webhook data-team -v url=@SLACK_WEBHOOK_URL`,
    )
    .action((type, name, options) =>
      invoke(async (invocation) => (await import('../commands/block.ts')).createBlock(invocation, type, name, options)),
    )
  command
    .command('ls')
    .description('list saved connections')
    .addHelpText('after', '\nExample:\n  d2flow block ls')
    .action(() => invoke(async (invocation) => (await import('../commands/block.ts')).listBlocks(invocation)))
  command
    .command('inspect')
    .description('show a saved connection, secrets as ***')
    .argument('<type>')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow block inspect dhis2 prod')
    .action((type, name) =>
      invoke(async (invocation) => (await import('../commands/block.ts')).inspectBlock(invocation, type, name)),
    )
  command
    .command('check')
    .description('ask the other side whether the connection works')
    .argument('<type>')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow block check dhis2 prod')
    .action((type, name) =>
      invoke(async (invocation) => (await import('../commands/block.ts')).checkBlock(invocation, type, name)),
    )
  command
    .command('delete')
    .description('remove a saved connection')
    .argument('<type>')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  d2flow block delete dhis2 prod')
    .action((type, name) =>
      invoke(async (invocation) => (await import('../commands/block.ts')).deleteBlock(invocation, type, name)),
    )
}
