/** `d2flow flow-run …`: what may be asked. */
import { Option } from '@commander-js/extra-typings'
import type { Declare } from '../declare.ts'
import { append, parseCount } from '../option-values.ts'

export const declareFlowRun: Declare = (command, invoke) => {
  command
    .command('ls')
    .description('list runs, newest first')
    .option('--flow <name>', 'only runs of this flow')
    .option('--state <type>', 'only runs in this state')
    .option('--limit <number>', 'how many', parseCount, 20)
    .addHelpText('after', '\nExample:\n  d2flow flow-run ls --state failed --limit 5')
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/flow-run.ts')).listRuns(invocation, options)),
    )
  command
    .command('inspect')
    .description('show a run: state, steps, artifacts, history')
    .argument('<run>', 'id or name, or the beginning of one')
    .addHelpText('after', '\nExample:\n  d2flow flow-run inspect brave-otter')
    .action((run) =>
      invoke(async (invocation) => (await import('../commands/flow-run.ts')).inspectRun(invocation, run)),
    )
  command
    .command('logs')
    .description('print the log of a run')
    .argument('<run>', 'id or name, or the beginning of one')
    .option('--tail <number>', 'only the last lines', parseCount)
    .addOption(
      new Option('--level <level>', 'only this level and above')
        .choices(['debug', 'info', 'warn', 'error'] as const)
        .default('info' as const),
    )
    .option('--follow', 'go on until the run has ended; with --json one object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  d2flow flow-run logs brave-otter --tail 50 --level warn\n  d2flow flow-run logs brave-otter --follow',
    )
    .action((run, options) =>
      invoke(async (invocation) => (await import('../commands/run-logs.ts')).printLogs(invocation, run, options)),
    )
  declareActs(command, invoke)
}

/** What a person can do to a run. */
const declareActs: Declare = (command, invoke) => {
  const by = ['--by <name>', 'who says so, for the history (default: you)'] as const
  const answers = [
    ['resume', 'let a paused run go on'],
    ['approve', 'say yes to what a run asks'],
    ['reject', 'say no to what a run asks'],
  ] as const
  for (const [verb, description] of answers) {
    const declared = command
      .command(verb)
      .description(description)
      .argument('<run>', RUN)
      .option(...by)
    const act = async (run: string, options: { readonly by?: string; readonly input?: readonly string[] }) =>
      await invoke(async (invocation) =>
        (await import('../commands/act-on-run.ts')).answer(invocation, verb, run, options),
      )
    if (verb === 'approve') {
      declared
        .option(
          '--input <key=value>',
          'what the yes brings along; the value is JSON when it parses, else text (repeatable)',
          append,
          [] as string[],
        )
        .addHelpText('after', '\nExample:\n  d2flow flow-run approve brave-otter --input maximum=500')
        .action(act)
    } else declared.addHelpText('after', `\nExample:\n  d2flow flow-run ${verb} brave-otter`).action(act)
  }
  command
    .command('retry')
    .description('go on with a run that failed, crashed or was cancelled: finished steps are kept')
    .argument('<run>', RUN)
    .option('--from <step>', 'do this step again, and every step that ended after it')
    .option('--fresh', 'do all steps again')
    .option('--done <step>', 'this step was cut off, and you know that it was done: it is not repeated')
    .option('--result <json>', 'with --done: what the step would have given')
    .option('--later', 'leave it to a serving process instead of running it here')
    .option(...by)
    .option('--report <file>', 'write a page with what the run published')
    .option('--strict', 'exit with 1 also when the run completed with errors')
    .addHelpText(
      'after',
      '\nExamples:\n  d2flow flow-run retry brave-otter\n  d2flow flow-run retry brave-otter --from plan-push-0',
    )
    .action((run, options) =>
      invoke(async (invocation) => (await import('../commands/act-on-run.ts')).retry(invocation, run, options)),
    )
  command
    .command('cancel')
    .description('stop a run: at once when nobody executes it, else as soon as its process has stopped')
    .argument('<run>', RUN)
    .option(...by)
    .addHelpText('after', '\nExample:\n  d2flow flow-run cancel brave-otter')
    .action((run, options) =>
      invoke(async (invocation) => (await import('../commands/act-on-run.ts')).cancel(invocation, run, options)),
    )
  command
    .command('delete')
    .description('delete a run that has ended, with its subflows, steps, log and artifacts')
    .argument('<run>', RUN)
    .addHelpText('after', '\nExample:\n  d2flow flow-run delete brave-otter')
    .action((run) => invoke(async (invocation) => (await import('../commands/act-on-run.ts')).remove(invocation, run)))
  command
    .command('profile')
    .description('show where the time of a run went, and why')
    .argument('<run>', RUN)
    .addHelpText('after', '\nExample:\n  d2flow flow-run profile brave-otter')
    .action((run) =>
      invoke(async (invocation) => (await import('../commands/profile-run.ts')).profileRun(invocation, run)),
    )
  command
    .command('watch')
    .description('follow a run to its end, and exit with its outcome')
    .argument('<run>', RUN)
    .addHelpText('after', '\nExample:\n  d2flow flow-run watch brave-otter')
    .action((run) => invoke(async (invocation) => (await import('../commands/act-on-run.ts')).watch(invocation, run)))
}

const RUN = 'id or name, or the beginning of one'
