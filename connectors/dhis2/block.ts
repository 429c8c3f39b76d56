/** A saved connection to a DHIS2 server. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createDhis2Client, type Dhis2Client } from './client.ts'
import { DEMO_CONNECTION, DHIS2_SLUG, Dhis2Connection } from './settings.ts'

export const dhis2 = defineBlock({
  slug: DHIS2_SLUG,
  shortName: 'dhis2',
  schema: Dhis2Connection,
  open: createDhis2Client,
  fallbacks: { demo: DEMO_CONNECTION },
  async check(client: Dhis2Client) {
    // not ping: it answers whoever asks, whatever the credentials (quirks.md D2-002)
    await client.me()
  },
})
