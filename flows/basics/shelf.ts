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
]
