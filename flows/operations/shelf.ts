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
]
