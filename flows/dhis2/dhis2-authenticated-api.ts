/**
 * Does each kind of authentication work?
 *
 * Source: any JSON API by saved http-api blocks, DHIS2's own by default.
 * The header is made from the value in the block and really sent; only the report masks it. What was answered is what is
 * reported: a connection that is refused is listed with its status, and the run fails.
 */
import { failed, flow, isToolkitError, task } from 'd2flow'
import { httpApi } from 'd2flow/connectors/http-api'
import { formatCount } from 'd2flow/render'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'
import { RETRY_READING } from '../reading-tasks.ts'

const Params = z.object({
  connections: z.array(z.string()).min(1).default(['dhis2-api']).describe('names of saved http-api blocks'),
  path: z.string().default('/api/organisationUnits').describe('what to read from each'),
  query: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .default({ fields: 'id', paging: 'false' })
    .describe('query parameters'),
})

interface Answer {
  readonly connection: string
  readonly authType: string
  /** As it was sent, masked. */
  readonly header: string
  readonly status: number | null
  readonly records: number | null
  readonly problem: string | null
}

const HEADERS: Readonly<Record<string, string>> = {
  none: 'none',
  'api-key': 'X-API-Key: ***',
  bearer: 'Authorization: Bearer ***',
  basic: 'Authorization: Basic ***',
}

const ask = task({
  name: 'ask',
  retry: RETRY_READING,
  async run(
    { connection, path, query }: { connection: string; path: string; query: Record<string, string | number> },
    ctx,
  ): Promise<Answer> {
    const client = await ctx.open(httpApi, connection)
    const asked = { connection, authType: client.authType, header: HEADERS[client.authType] ?? 'unknown' }
    try {
      const { status, body } = await client.get(path, query)
      return { ...asked, status, records: countRecords(body), problem: null }
    } catch (error) {
      // a refusal is an answer to the question; an outage is for the retries
      if (!isToolkitError(error) || error.retryable || typeof error.details['status'] !== 'number') throw error
      return { ...asked, status: error.details['status'], records: null, problem: error.message }
    }
  },
})

export const dhis2AuthenticatedApi = flow({
  name: 'dhis2-authenticated-api',
  params: Params,
  async run({ connections, path, query }, ctx) {
    const answers = await Promise.all(
      connections.map((connection) => ask({ connection, path, query }, { key: connection })),
    )

    const refused = answers.filter(({ problem }) => problem !== null)
    await publishReport(ctx, {
      key: 'dhis2-authenticated-api',
      title: 'Which credentials are taken',
      sample: false,
      rows: answers.map((answer) => ({ ...answer })),
      paragraphs: [
        refused.length === 0
          ? `**${formatCount(answers.length, 'connection')}** asked, none refused.`
          : `**${refused.length} of ${formatCount(answers.length, 'connection')}** refused: ${refused.map(({ connection, status }) => `${connection} (${status})`).join(', ')}.`,
      ],
      source: { name: 'the DHIS2 instances of these connections', what: path, licence: 'their own' },
    })
    if (refused.length > 0) return failed(`refused: ${refused.map(({ connection }) => connection).join(', ')}`)
    return { answers, path }
  },
})

/** A list, or the longest list among the members of an object, which is how DHIS2 answers. */
function countRecords(body: unknown): number | null {
  if (Array.isArray(body)) return body.length
  if (typeof body !== 'object' || body === null) return null
  const lists = Object.values(body).filter((value) => Array.isArray(value))
  return lists.length === 0 ? null : Math.max(...lists.map((list) => list.length))
}
