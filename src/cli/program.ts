/**
 * The commands, their options and their help. What a command does lives in `commands/` and is loaded when it is used,
 * so that `--help` answers at once.
 */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { Invocation } from './invocation.ts'

const PORT_AT_MOST = 65_535

/** @param invoke runs a command with what it needs, and turns its outcome into an exit code */
export function buildProgram(
  version: string,
  invoke: (run: (invocation: Invocation) => Promise<number>) => Promise<void>,
) {
  const program = new Command('d2flow')
    .description('Move data in and out of DHIS2, and know what became of every row.')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print one JSON document on stdout, everything else as JSON lines on stderr')
    .option('--project <folder>', 'the folder of project.config.ts (default: this folder, or the nearest above)')
    .option('--store <address>', 'where runs are kept, for example sqlite:runs.db or memory:')
    .showSuggestionAfterError(true)
    .showHelpAfterError('(see d2flow --help)')
    .addHelpText(
      'after',
      `
Examples:
  d2flow demo                                            see it work, with no network
  d2flow run dhis2-org-units --sandbox                   one flow against a sandbox DHIS2
  d2flow run dhis2-data-value-push -p file=values.csv    push a file, with a ledger of every row
  d2flow block create dhis2 prod                         save a connection
  d2flow serve                                           run the deployments of this project

Exit codes: 0 done, 1 the run failed, 2 wrong use or configuration, 3 the other side could not be reached.`,
    )

  program
    .command('demo')
    .description('start a sandbox country, run the bundled flows against it, and show what became of every row')
    .addOption(
      new Option('--dhis2 <version>', 'which DHIS2 the sandbox imitates')
        .choices(['2.42', '2.43'] as const)
        .default('2.42' as const),
    )
    .option('--out <folder>', 'where the report goes', '.d2flow/demo')
    .addHelpText('after', '\nExample:\n  d2flow demo --dhis2 2.43')
    .action((options) => invoke(async (invocation) => (await import('./commands/demo.ts')).demo(invocation, options)))

  program
    .command('sandbox')
    .description('serve fakes of DHIS2, Open-Meteo, Slack and a webhook on this machine until stopped')
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
      invoke(async (invocation) => (await import('./commands/sandbox.ts')).sandbox(invocation, options)),
    )

  program
    .command('flows')
    .description('list the flows of this project, with the question each one answers')
    .action(() => invoke(async (invocation) => (await import('./commands/flows.ts')).flows(invocation)))

  program
    .command('run')
    .description('run a flow here and now, and wait for its end')
    .argument('<flow>', 'name of the flow; d2flow flows lists them')
    .option(
      '-p, --param <key=value>',
      'a parameter; the value is JSON when it parses, else text (repeatable)',
      append,
      [] as string[],
    )
    .option('--params <file>', 'a JSON file with parameters; -p wins over it')
    .option('--sandbox', 'against fakes on this machine, with nothing kept in the store')
    .addOption(
      new Option('--dhis2 <version>', 'with --sandbox: which DHIS2')
        .choices(['2.42', '2.43'] as const)
        .default('2.42' as const),
    )
    .option('--key <text>', 'a name for this run: when it was cut off, the same key goes on where it stopped')
    .option('--due <time>', 'the moment the run is due, for relative parameters (ISO 8601; default: now)')
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
      invoke(async (invocation) => (await import('./commands/run.ts')).run(invocation, flow, options)),
    )

  const block = program.command('block').description('saved connections, with their secrets sealed')
  block
    .command('create')
    .description('save a connection; asks for what is missing when a person is there')
    .argument('<type>', 'dhis2, open-meteo, slack-webhook, custom-webhook, secret, json')
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
      invoke(async (invocation) => (await import('./commands/block.ts')).createBlock(invocation, type, name, options)),
    )
  block
    .command('ls')
    .description('list saved connections')
    .action(() => invoke(async (invocation) => (await import('./commands/block.ts')).listBlocks(invocation)))
  block
    .command('inspect')
    .description('show a saved connection, secrets as ***')
    .argument('<type>')
    .argument('<name>')
    .action((type, name) =>
      invoke(async (invocation) => (await import('./commands/block.ts')).inspectBlock(invocation, type, name)),
    )
  block
    .command('check')
    .description('ask the other side whether the connection works')
    .argument('<type>')
    .argument('<name>')
    .action((type, name) =>
      invoke(async (invocation) => (await import('./commands/block.ts')).checkBlock(invocation, type, name)),
    )
  block
    .command('delete')
    .description('remove a saved connection')
    .argument('<type>')
    .argument('<name>')
    .action((type, name) =>
      invoke(async (invocation) => (await import('./commands/block.ts')).deleteBlock(invocation, type, name)),
    )

  const deployment = program.command('deployment').description('flows with parameters and schedules')
  deployment
    .command('ls')
    .description('list deployments, with the next run and how the last one ended')
    .action(() => invoke(async (invocation) => (await import('./commands/deployment.ts')).listDeployments(invocation)))
  deployment
    .command('run')
    .description('ask for a run now; a serving process takes it')
    .argument('<name>', 'flow/deployment')
    .option('-p, --param <key=value>', 'a parameter over those of the deployment (repeatable)', append, [] as string[])
    .option('--watch', 'wait for its end, and exit with its outcome')
    .addHelpText('after', '\nExample:\n  d2flow deployment run dhis2-org-units/nightly --watch')
    .action((name, options) =>
      invoke(async (invocation) => (await import('./commands/deployment.ts')).runDeployment(invocation, name, options)),
    )
  deployment
    .command('pause')
    .description('stop scheduling; a run by hand stays possible')
    .argument('<name>', 'flow/deployment')
    .action((name) =>
      invoke(async (invocation) => (await import('./commands/deployment.ts')).pauseDeployment(invocation, name)),
    )
  deployment
    .command('resume')
    .description('schedule again, from now on')
    .argument('<name>', 'flow/deployment')
    .action((name) =>
      invoke(async (invocation) => (await import('./commands/deployment.ts')).resumeDeployment(invocation, name)),
    )

  program
    .command('serve')
    .description('run the deployments of this project: schedule, execute, notify, until stopped')
    .option('--at-once <number>', 'runs at the same time', parseCount, 5)
    .action((options) =>
      invoke(async (invocation) => (await import('./commands/serve.ts')).serveProject(invocation, options)),
    )

  const flowRun = program.command('flow-run').description('what has run, and how it ended')
  flowRun
    .command('ls')
    .description('list runs, newest first')
    .option('--flow <name>', 'only runs of this flow')
    .option('--state <type>', 'only runs in this state')
    .option('--limit <number>', 'how many', parseCount, 20)
    .action((options) =>
      invoke(async (invocation) => (await import('./commands/flow-run.ts')).listRuns(invocation, options)),
    )
  flowRun
    .command('inspect')
    .description('show a run: state, steps, artifacts, history')
    .argument('<run>', 'id or name, or the beginning of one')
    .action((run) => invoke(async (invocation) => (await import('./commands/flow-run.ts')).inspectRun(invocation, run)))
  flowRun
    .command('logs')
    .description('print the log of a run')
    .argument('<run>', 'id or name, or the beginning of one')
    .option('--tail <number>', 'only the last lines', parseCount)
    .addOption(
      new Option('--level <level>', 'only this level and above').choices(['debug', 'info', 'warn', 'error'] as const),
    )
    .action((run, options) =>
      invoke(async (invocation) => (await import('./commands/flow-run.ts')).printLogs(invocation, run, options)),
    )

  program
    .command('init')
    .description('make a small project of your own: one flow, one deployment, one test')
    .argument('<folder>', 'a new folder, or an empty one')
    .addHelpText('after', '\nExample:\n  d2flow init my-sync')
    .action((folder) => invoke(async (invocation) => (await import('./commands/init.ts')).init(invocation, folder)))

  return program
}

function append(value: string, previous: string[]): string[] {
  return [...previous, value]
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('give a whole number from 1')
  return count
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > PORT_AT_MOST)
    throw new InvalidArgumentError(`give a number from 0 to ${PORT_AT_MOST}`)
  return port
}
