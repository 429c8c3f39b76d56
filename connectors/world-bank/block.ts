/** The saved connection to the World Bank: only an address, no key. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createWorldBankClient, WorldBankConnection } from './client.ts'

export const worldBank = defineBlock({
  slug: 'world-bank',
  schema: WorldBankConnection,
  open: createWorldBankClient,
  builtIn: { public: {} },
})
