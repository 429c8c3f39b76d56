/** The saved connection to WorldPop: only addresses, no key. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createWorldPopClient, WorldPopConnection } from './client.ts'

export const worldPop = defineBlock({
  slug: 'worldpop',
  schema: WorldPopConnection,
  open: createWorldPopClient,
  builtIn: { public: {} },
})
