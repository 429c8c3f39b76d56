/** Basics: one idea of writing flows each. */
import type { Shelf } from '../shelf.ts'

export const basics: Shelf = [
  {
    name: 'hello',
    about: 'Does everything stand?',
    load: async () => (await import('./hello.ts')).hello,
  },
  {
    name: 'polling-tasks',
    about: 'Which of the files that others drop for us have come?',
    load: async () => (await import('./polling-tasks.ts')).pollingTasks,
  },
  {
    name: 'state-handlers',
    about: 'What happens when a run ends well, and what when it does not?',
    load: async () => (await import('./state-handlers.ts')).stateHandlers,
  },
  {
    name: 'retries-and-hooks',
    about: 'What is seen of a task that fails, waits, and tries again?',
    load: async () => (await import('./retries-and-hooks.ts')).retriesAndHooks,
  },
  {
    name: 'task-runners',
    about: 'How many tasks of a flow are under way at once, and what makes computing faster?',
    load: async () => (await import('./task-runners.ts')).taskRunners,
  },
  {
    name: 'concurrency-limits',
    about: 'How do tasks share a server that bears only so many at once?',
    load: async () => (await import('./concurrency-limits.ts')).concurrencyLimits,
  },
  {
    name: 'transactions',
    about: 'What becomes of the files that were written when the last step finds a mistake?',
    load: async () => (await import('./transactions.ts')).transactions,
  },
  {
    name: 'subflows',
    about: 'How is one pipeline made of flows that can each be run alone?',
    load: async () => (await import('./subflows.ts')).subflows,
  },
  {
    name: 'flow-of-flows',
    about: 'How does one flow direct several others?',
    load: async () => (await import('./flow-of-flows.ts')).flowOfFlows,
  },
  {
    name: 'nested-subflows',
    about: 'How do groups of steps fit into groups?',
    load: async () => (await import('./nested-subflows.ts')).nestedSubflows,
  },
  {
    name: 'dynamic-tasks',
    about: 'How does one step become as many as there are items?',
    load: async () => (await import('./dynamic-tasks.ts')).dynamicTasks,
  },
  {
    name: 'complex-pipeline',
    about: 'How do subflows, mapping, retries and hooks work together?',
    load: async () => (await import('./complex-pipeline.ts')).complexPipeline,
  },
  {
    name: 'async-tasks',
    about: 'Does it matter whether a body is async?',
    load: async () => (await import('./async-tasks.ts')).asyncTasks,
  },
  {
    name: 'concurrent-async',
    about: 'What runs side by side, and what one after the other?',
    load: async () => (await import('./concurrent-async.ts')).concurrentAsync,
  },
  {
    name: 'async-flow-patterns',
    about: 'How are subflows fanned out, and how are their answers collected?',
    load: async () => (await import('./async-flow-patterns.ts')).asyncFlowPatterns,
  },
  {
    name: 'async-map-and-submit',
    about: 'When does a call begin, and when is its value there?',
    load: async () => (await import('./async-map-and-submit.ts')).asyncMapAndSubmit,
  },
  {
    name: 'task-caching',
    about: 'Which calls need not be made again?',
    load: async () => (await import('./task-caching.ts')).taskCaching,
  },
  {
    name: 'task-factories',
    about: 'How are similar tasks made?',
    load: async () => (await import('./task-factories.ts')).taskFactories,
  },
  {
    name: 'typed-models',
    about: 'Which of these users can be taken, and what is wrong with the others?',
    load: async () => (await import('./typed-models.ts')).typedModels,
  },
  {
    name: 'failure-escalation',
    about: 'Who is told when everything was tried?',
    load: async () => (await import('./failure-escalation.ts')).failureEscalation,
  },
  {
    name: 'backfill',
    about: 'Which days are missing?',
    load: async () => (await import('./backfill.ts')).backfill,
  },
  {
    name: 'testable-flow-patterns',
    about: 'How is a flow tested?',
    load: async () => (await import('./testable-flow-patterns.ts')).testableFlowPatterns,
  },
  {
    name: 'variables-and-params',
    about: 'Where does a setting come from that nobody gave?',
    load: async () => (await import('./variables-and-params.ts')).variablesAndParams,
  },
  {
    name: 'markdown-artifacts',
    about: 'How does a run tell its story to people?',
    load: async () => (await import('./markdown-artifacts.ts')).markdownArtifacts,
  },
  {
    name: 'table-and-link-artifacts',
    about: 'How does a run hand over rows, and say where they come from?',
    load: async () => (await import('./table-and-link-artifacts.ts')).tableAndLinkArtifacts,
  },
  {
    name: 'secret-block',
    about: 'How does a flow use a secret that nobody may see?',
    load: async () => (await import('./secret-block.ts')).secretBlock,
  },
  {
    name: 'custom-blocks',
    about: "How does a flow connect to a service of one's own?",
    load: async () => (await import('./custom-blocks.ts')).customBlocks,
  },
]
