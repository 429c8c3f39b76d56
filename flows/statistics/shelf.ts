/** Statistics: a question about numbers each, on sample data or on the caller's own. */
import type { Shelf } from '../shelf.ts'

export const statistics: Shelf = []
