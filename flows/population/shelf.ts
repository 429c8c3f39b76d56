/** Population: how many people live where, and how old they are. */
import type { Shelf } from '../shelf.ts'

export const population: Shelf = []
