import { describe, expect, it } from 'vitest'
import type { ItemTypeLookup } from '../../../../connectors/dhis2/expression/check-result.ts'
import type { ExpressionKind } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import { isProgramKind } from '../../../../connectors/dhis2/expression/expression-kind.ts'
import { parseExpression } from '../../../../connectors/dhis2/expression/parse-expression.ts'
import type { RecordedServer } from '../recordings.ts'
import { RECORDED_SERVERS, recordedCases, recording } from '../recordings.ts'

interface Verdict {
  readonly expression: string
  readonly status: 'OK' | 'ERROR'
}

const ENDPOINTS: readonly (readonly [endpoint: string, kind: ExpressionKind])[] = [
  ['expressions', 'indicator'],
  ['indicators', 'indicator'],
  ['predictors', 'predictor'],
  ['predictors-skip-test', 'predictor-skip-test'],
  ['validation-rules', 'validation-rule'],
  ['program-indicators', 'program-indicator'],
  ['program-indicator-filters', 'program-indicator-filter'],
]

/**
 * The endpoint that takes the expression in the query differs from the one that takes it as a body in two answers:
 * it calls nothing at all valid, and it does not know category options.
 */
const ANSWERED_OTHERWISE_BY_QUERY = ['', '#{deNumber001.co:coUnder5001}']

/** What the recorded servers knew: the metadata they were given before they were asked. */
function metadataOf(server: RecordedServer): ReadonlyMap<string, string> {
  const known = new Map<string, string>()
  for (const { request } of recordedCases(server, 'setup')) {
    if (typeof request?.body !== 'object' || request.body === null) continue
    for (const objects of Object.values(request.body)) {
      if (!Array.isArray(objects)) continue
      for (const { id, valueType } of objects as { id?: string; valueType?: string }[]) {
        if (id !== undefined) known.set(id, valueType ?? 'NUMBER')
      }
    }
  }
  // every server has the default combination
  return known.set('HllvX50cXC0', 'NUMBER')
}

function typesFor(kind: ExpressionKind, known: ReadonlyMap<string, string>): ItemTypeLookup {
  return ({ type, parts }) => {
    const ids = parts.map((part) => part.replace(/^\w+:/, '')).filter((part) => part.length === 11)
    if (ids.some((id) => !known.has(id))) return null
    const [first = ''] = ids
    if (type === '#' && first.startsWith('ps') !== isProgramKind(kind)) return null
    const valueType = known.get(first)
    if (valueType === 'TEXT') return 'text'
    return valueType === 'BOOLEAN' ? 'boolean' : 'number'
  }
}

describe.each(RECORDED_SERVERS)('against DHIS2 %s', (server) => {
  const metadata = metadataOf(server)

  it.each(ENDPOINTS)('gives the verdicts of %s on all 142 expressions', (endpoint, kind) => {
    const { rows } = recording<Verdict>(server, `expressions/${endpoint}`)
    const byQuery = endpoint === 'expressions'
    const typeOf = typesFor(kind, metadata)

    const verdicts = rows.map(({ expression }) => {
      const ours = parseExpression(expression, kind, { typeOf }).ok
      const turned = byQuery && ANSWERED_OTHERWISE_BY_QUERY.includes(expression)
      return [expression, ours === turned ? 'ERROR' : 'OK']
    })

    expect(verdicts).toEqual(rows.map(({ expression, status }) => [expression, status]))
    expect(rows).toHaveLength(142)
  })

  it('needs no metadata to refuse what is wrong in itself', () => {
    const answers = ENDPOINTS.flatMap(([endpoint, kind]) =>
      recording<Verdict>(server, `expressions/${endpoint}`).rows.map((row) => ({ ...row, kind })),
    )

    // nothing that a server takes is refused, but for the query endpoint's empty text
    const wronglyRefused = answers.filter(({ expression, status, kind }) => {
      return status === 'OK' && !parseExpression(expression, kind).ok
    })
    // what is taken though a server refuses it names something unknown to that server, or a text where none fits
    const taken = answers.filter(({ expression, status, kind }) => {
      return status === 'ERROR' && parseExpression(expression, kind).ok
    })
    const needMetadata = /Missing|psEvents001|deText00001|deBoolean01|HllvX50cXC0|co:coUnder5001\}$|deIntPos001\.\*/

    expect(wronglyRefused.map(({ expression }) => expression)).toEqual([''])
    expect(taken.filter(({ expression }) => !needMetadata.test(expression))).toEqual([])
  })
})
