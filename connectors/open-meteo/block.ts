/** The saved connection to Open-Meteo: only an address, no key. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createOpenMeteoClient, OpenMeteoConnection } from './client.ts'

export const openMeteo = defineBlock({
  slug: 'open-meteo',
  schema: OpenMeteoConnection,
  open: createOpenMeteoClient,
  builtIn: { public: {} },
})
