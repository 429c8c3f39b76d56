/** Operations: running, watching and connecting flows, one idea each. */
import type { Shelf } from '../shelf.ts'

export const operations: Shelf = []
