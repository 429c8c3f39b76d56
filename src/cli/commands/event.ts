/** `d2flow event ls`: what happened. */
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export interface ListEventsOptions {
  readonly name?: string | undefined
  readonly resource?: string | undefined
  readonly limit: number
}

export async function listEvents(
  invocation: Invocation,
  { name, resource, limit }: ListEventsOptions,
): Promise<number> {
  return await withProject(invocation, async ({ store }) => {
    const events = await store.events.list({
      limit,
      ...(name === undefined ? {} : { name }),
      ...(resource === undefined ? {} : { resource }),
    })
    const rows = events.map(({ at, name: event, labels, payload }) => ({
      at,
      event,
      of: Object.values(labels).join(', '),
      says: Object.values(payload)
        .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
        .join(': '),
    }))
    invocation.output.print(rows.length === 0 ? 'nothing of the kind has happened' : textTable(rows))
    invocation.output.document({ events })
    return EXIT.done
  })
}
