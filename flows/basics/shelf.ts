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
]
