/** What a shelf holds: flows by name, with the question each answers, loaded one by one when they are used. */
import type { AnyFlow } from 'd2flow'

export interface ShelvedFlow {
  readonly name: string
  /** The question, as the flow's own file opens with it. */
  readonly about: string
  readonly load: () => Promise<AnyFlow>
}

export type Shelf = readonly ShelvedFlow[]
