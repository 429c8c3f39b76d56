/** Basics: one idea of writing flows each. */
import type { Shelf } from '../shelf.ts'

export const basics: Shelf = [
  {
    name: 'hello',
    about: 'Does everything stand?',
    load: async () => (await import('./hello.ts')).hello,
  },
]
