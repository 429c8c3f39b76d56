/** Economy: what the World Bank's figures say about countries. */
import type { Shelf } from '../shelf.ts'

export const economy: Shelf = []
