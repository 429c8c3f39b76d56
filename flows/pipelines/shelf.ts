/** Pipelines: files, checks and stages, one idea each. */
import type { Shelf } from '../shelf.ts'

export const pipelines: Shelf = []
