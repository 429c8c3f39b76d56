/** Where lineage events go: to a server, into a file, or into the log. */
import { z } from 'zod'
import { secret } from '../../src/blocks/define.ts'

export const OpenLineageConnection = z.object({
  sendTo: z
    .string()
    .regex(
      /^(https?:\/\/.+|file:.+|log:)$/,
      'http(s)://… for a server, file:… for a file of one event a line, or log: for the log',
    )
    .default('log:')
    .describe('http(s)://… for a server such as Marquez, file:… for a file of one event a line, log: for the log'),
  endpoint: z
    .string()
    .regex(/^\//, 'a path that begins with /')
    .default('/api/v1/lineage')
    .describe('path on the server'),
  apiKey: secret().optional().describe('sent to the server as a bearer token'),
  timeoutMs: z.int().positive().default(10_000).describe('how long one event may take, in milliseconds'),
})

export type OpenLineageSettings = z.output<typeof OpenLineageConnection>
