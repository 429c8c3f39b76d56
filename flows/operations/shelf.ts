/** Operations: running, watching and connecting flows, one idea each. */
import type { Shelf } from '../shelf.ts'

export const operations: Shelf = [
  {
    name: 'runtime-context',
    about: 'What does a run know about itself?',
    load: async () => (await import('./runtime-context.ts')).runtimeContext,
  },
  {
    name: 'approval',
    about: 'May these values be sent?',
    load: async () => (await import('./approval.ts')).approval,
  },
  {
    name: 'notification-blocks',
    about: 'How does a flow tell people?',
    load: async () => (await import('./notification-blocks.ts')).notificationBlocks,
  },
  {
    name: 'shell-tasks',
    about: 'What does this machine say when it is asked?',
    load: async () => (await import('./shell-tasks.ts')).shellTasks,
  },
  {
    name: 'http-tasks',
    about: 'Do the services that we depend on answer?',
    load: async () => (await import('./http-tasks.ts')).httpTasks,
  },
  {
    name: 'sla-monitoring',
    about: 'Which tasks were too slow?',
    load: async () => (await import('./sla-monitoring.ts')).slaMonitoring,
  },
  {
    name: 'flow-serve',
    about: 'Who asked for this run, and did it start in time?',
    load: async () => (await import('./flow-serve.ts')).flowServe,
  },
  {
    name: 'work-pools',
    about: 'Where does this run happen, and how long did it wait for its place?',
    load: async () => (await import('./work-pools.ts')).workPools,
  },
  {
    name: 'schedules',
    about: 'When would this flow run?',
    load: async () => (await import('./schedules.ts')).schedules,
  },
  {
    name: 'dhis2-env-config',
    about: 'Where does each setting of a connection come from?',
    load: async () => (await import('./dhis2-env-config.ts')).dhis2EnvConfig,
  },
]
