/**
 * The nouns of the command line. Only the one that was typed is declared in full, so that every command, and `--help`,
 * answers at once.
 */
import { Command } from '@commander-js/extra-typings'
import type { Declare, Invoke } from './declare.ts'

interface Noun {
  readonly name: string
  readonly about: string
  readonly load: () => Promise<Declare>
  /** For our own use, not a person's. */
  readonly hidden?: boolean
}

/** In the order in which a newcomer meets them. */
const NOUNS: readonly Noun[] = [
  {
    name: 'demo',
    about: 'start a sandbox country, run the bundled flows against it, and show what became of every row',
    load: async () => (await import('./nouns/demo.ts')).declareDemo,
  },
  {
    name: 'sandbox',
    about: 'serve fakes of DHIS2 and of what else the flows talk to on this machine, until stopped',
    load: async () => (await import('./nouns/sandbox.ts')).declareSandbox,
  },
  {
    name: 'init',
    about: 'make a small project of your own: one flow, one deployment, one test',
    load: async () => (await import('./nouns/init.ts')).declareInit,
  },
  {
    name: 'flows',
    about: 'list the flows of this project, with the question each one answers',
    load: async () => (await import('./nouns/flows.ts')).declareFlows,
  },
  {
    name: 'run',
    about: 'run a flow here and now, and wait for its end',
    load: async () => (await import('./nouns/run.ts')).declareRun,
  },
  {
    name: 'flow-run',
    about: 'what has run, and how it ended',
    load: async () => (await import('./nouns/flow-run.ts')).declareFlowRun,
  },
  {
    name: 'artifact',
    about: 'what flows have published, with its versions',
    load: async () => (await import('./nouns/artifact.ts')).declareArtifact,
  },
  {
    name: 'block',
    about: 'saved connections, with their secrets sealed',
    load: async () => (await import('./nouns/block.ts')).declareBlock,
  },
  {
    name: 'variable',
    about: 'configuration that flows read while they run',
    load: async () => (await import('./nouns/variable.ts')).declareVariable,
  },
  {
    name: 'limit',
    about: 'how many may do something at the same time, or how often',
    load: async () => (await import('./nouns/limit.ts')).declareLimit,
  },
  {
    name: 'deployment',
    about: 'flows with parameters and schedules',
    load: async () => (await import('./nouns/deployment.ts')).declareDeployment,
  },
  {
    name: 'schedule',
    about: 'look at schedules before anybody depends on them',
    load: async () => (await import('./nouns/schedule.ts')).declareSchedule,
  },
  {
    name: 'serve',
    about: 'run the deployments of this project: schedule, execute, notify, until stopped',
    load: async () => (await import('./nouns/serve.ts')).declareServe,
  },
  {
    name: 'deploy',
    about: 'register the deployments of this project that go to a work pool',
    load: async () => (await import('./nouns/deploy.ts')).declareDeploy,
  },
  {
    name: 'work-pool',
    about: 'where runs of deployments wait for a worker',
    load: async () => (await import('./nouns/work-pool.ts')).declareWorkPool,
  },
  {
    name: 'worker',
    about: 'take the runs that wait in a work pool, and execute them',
    load: async () => (await import('./nouns/worker.ts')).declareWorker,
  },
  {
    name: 'report',
    about: 'write a page with what a run did and published',
    load: async () => (await import('./nouns/report.ts')).declareReport,
  },
  {
    name: 'server',
    about: 'the pages of this project, in a browser',
    load: async () => (await import('./nouns/server.ts')).declareServer,
  },
  {
    name: 'event',
    about: 'what happened: runs, deployments, blocks, variables, limits, rules',
    load: async () => (await import('./nouns/event.ts')).declareEvent,
  },
  {
    name: 'doctor',
    about: 'look over the project: store, key, connections, serving processes',
    load: async () => (await import('./nouns/doctor.ts')).declareDoctor,
  },
  {
    name: 'vacuum',
    about: 'let old runs, logs and events go, and give their room back',
    load: async () => (await import('./nouns/vacuum.ts')).declareVacuum,
  },
  {
    name: 'config',
    about: 'which settings hold here, and where each comes from',
    load: async () => (await import('./nouns/config.ts')).declareConfig,
  },
  {
    name: 'execute-runs',
    about: 'execute runs for the d2flow serve that started this process',
    load: async () => (await import('./nouns/execute-runs.ts')).declareExecuteRuns,
    hidden: true,
  },
]

export interface ProgramOptions {
  readonly version: string
  /** The noun that was typed; the others are declared by name only. */
  readonly asked: string | undefined
  /** Nothing but JSON goes to stderr. */
  readonly json: boolean
  readonly invoke: Invoke
}

export async function buildProgram({ version, asked, json, invoke }: ProgramOptions) {
  const program = new Command('d2flow')
    .description('Move data in and out of DHIS2, and know what became of every row.')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print one JSON document on stdout, everything else as JSON lines on stderr')
    .option('--project <folder>', 'the folder of project.config.ts (default: this folder, or the nearest above)')
    .option('--store <address>', 'where runs are kept, for example sqlite:runs.db or memory:')
    .showSuggestionAfterError(true)
    // what goes wrong is thrown, and said in one form by whoever runs the program
    .exitOverride()
    .configureOutput({ outputError: () => {}, ...(json ? { writeErr: () => {} } : {}) })
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

  for (const { name, about, load, hidden = false } of NOUNS) {
    const command = new Command(name).copyInheritedSettings(program).description(about)
    if (name === asked) (await load())(command, invoke)
    program.addCommand(command, { hidden })
  }
  return program
}
