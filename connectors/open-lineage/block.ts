/** The saved way that lineage events go. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createOpenLineageClient } from './client.ts'
import { OpenLineageConnection } from './connection.ts'

export const openLineage = defineBlock({
  slug: 'open-lineage',
  schema: OpenLineageConnection,
  open: createOpenLineageClient,
})
