/** A saved connection to any JSON API. */
import { defineBlock } from '../../src/blocks/define.ts'
import { createHttpApiClient } from './client.ts'
import { HttpApiConnection } from './connection.ts'

export const httpApi = defineBlock({ slug: 'http-api', schema: HttpApiConnection, open: createHttpApiClient })
