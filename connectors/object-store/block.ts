/** The saved connection to a bucket. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createObjectStoreClient, ObjectStoreConnection } from './client.ts'

export const objectStore = defineBlock({
  slug: 'object-store',
  schema: ObjectStoreConnection,
  open: createObjectStoreClient,
  check: async (client) => {
    await client.list('a-prefix-that-nothing-has/')
  },
})
