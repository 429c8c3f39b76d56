import { describe, expect, it } from 'vitest'
import type { DataValueKey } from '../../../connectors/dhis2/data-values/data-value-row.ts'
import { isSameValue } from '../../../connectors/dhis2/data-values/value-form.ts'
import { judgeImport, type ImportVerdict } from '../../../connectors/dhis2/import-summary.ts'
import { recordedCases, RECORDED_SERVERS, recording, type RecordedServer } from './recordings.ts'

const DEFAULT = 'HllvX50cXC0'

interface Sent extends DataValueKey {
  readonly value: string | null
}

/** What was sent in a recorded case, with what the server fills in. */
function rowsOf(body: unknown): Sent[] {
  if (Array.isArray(body)) return rowsOf({ dataValues: body as unknown[] })
  const { dataValues = [], ...envelope } = body as { dataValues?: Partial<Sent>[] } & Partial<Sent>
  return dataValues.map((row) => ({
    dataElement: row.dataElement ?? '',
    period: row.period ?? envelope.period ?? '',
    orgUnit: row.orgUnit ?? envelope.orgUnit ?? '',
    categoryOptionCombo: row.categoryOptionCombo ?? DEFAULT,
    attributeOptionCombo: row.attributeOptionCombo ?? envelope.attributeOptionCombo ?? DEFAULT,
    value: row.value === undefined || row.value === null ? null : asText(row.value),
  }))
}

/** One recorded case sent a number. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function verdictOf(server: RecordedServer, name: string): ImportVerdict {
  const { request, response } = recording(server, `datavalues/${name}`)
  return judgeImport({ body: response?.body }, rowsOf(request?.body))
}

function inShort({ culprits, rest }: ImportVerdict): string {
  const named = culprits.map(({ index, code, serverCode }) => `${index} ${code} ${serverCode ?? ''}`)
  return [...named, `rest ${rest}`].join(', ')
}

describe('the verdict on an import', () => {
  // each line read by hand from the two recorded answers
  it.each([
    ['all-good', 'rest applied', 'rest applied'],
    ['leading-zero', '1 row/value E7619, rest applied', '1 row/value E8122, rest applied'],
    ['bad-option', '1 row/option E7621, rest applied', '1 row/option E8123, rest applied'],
    ['comment-50001', '1 row/comment E7620, rest applied', '1 row/comment E8125, rest applied'],
    [
      'nothing-good',
      '0 row/value E7619, 1 row/value E7619, rest applied',
      '0 row/value E8122, 1 row/value E8122, rest nothing',
    ],
    ['unknown-element', '1 row/unknown-element E7610, rest applied', '1 row/element-not-in-set E8020, rest nothing'],
    ['unknown-unit', '1 row/unknown-unit E7612, rest applied', '1 row/unassigned-unit E8022, rest nothing'],
    ['unknown-coc', '1 row/option-combo E7613, rest applied', '1 row/option-combo E8024, rest nothing'],
    ['unknown-aoc', '1 row/attribute-combo E7615, rest applied', '1 row/attribute-combo E8023, rest nothing'],
    ['wrong-coc-strict', '1 row/option-combo E7634, rest applied', '1 row/option-combo E8024, rest nothing'],
    ['wrong-aoc-strict', '1 row/attribute-combo E7635, rest applied', '1 row/attribute-combo E8023, rest nothing'],
    ['wrong-period-type-strict', '1 row/period-type E7632, rest applied', '1 row/period-type E8021, rest nothing'],
    [
      'element-not-in-set-strict',
      '1 row/element-not-in-set E7633, rest applied',
      '1 row/element-not-in-set E8020, rest nothing',
    ],
    [
      'unassigned-unit-strict',
      '1 row/unassigned-unit E7636, rest applied',
      '1 row/unassigned-unit E8022, rest nothing',
    ],
    ['closed-unit', 'rest applied', '1 row/closed-unit E8031, rest nothing'],
    ['writer-other-unit', '1 row/foreign-unit E7617, rest applied', '1 row/foreign-unit E8011, rest nothing'],
    ['writer-expired-named', '0 row/closed-period E7640, rest applied', '0 row/closed-period E8030, rest nothing'],
    [
      'writer-no-data-access-named',
      '0 row/no-data-access E7601, rest nothing',
      '0 row/no-data-access E8010, rest nothing',
    ],
    ['malformed-element', '1 row/unknown-element E7610, rest applied', '1 row/unknown-element E8104, rest nothing'],
    ['id-scheme-unknown', '1 row/unknown-element E7610, rest applied', '1 row/unknown-element E8103, rest nothing'],
    // 2.42 keeps the first and says nothing: only a read tells that one row is missing
    ['duplicate-key', 'rest unclear', '0 row/duplicate E8128, 1 row/duplicate E8128, rest nothing'],
    ['zero-not-significant', 'rest unclear', 'rest applied'],
    // unchanged rows: ignored on 2.42, written again on 2.43
    ['unchanged', 'rest unclear', 'rest applied'],
    ['unknown-period', '1 row/period E7611, rest applied', 'rest unclear'],
    ['array-body', 'rest nothing', 'rest unclear'],
    ['skip-existing-check', 'rest nothing', 'rest applied'],
  ])('reads %s as "%s" on 2.42 and "%s" on 2.43', (name, on242, on243) => {
    expect(inShort(verdictOf('2.42', name))).toBe(on242)
    expect(inShort(verdictOf('2.43', name))).toBe(on243)
  })

  it('names all rows of one reason, which the servers group into one conflict', () => {
    expect(inShort(verdictOf('2.42', 'same-reason-twice'))).toBe(
      '0 row/unknown-element E7610, 1 row/unknown-element E7610, 2 row/unknown-element E7610, rest applied',
    )
    expect(inShort(verdictOf('2.43', 'same-reason-twice'))).toBe(
      '0 row/element-not-in-set E8020, 1 row/element-not-in-set E8020, 2 row/element-not-in-set E8020, rest nothing',
    )
  })

  it('leaves the number of the row in the request out of the reason', () => {
    const [culprit] = verdictOf('2.43', 'leading-zero').culprits

    expect(culprit?.message).toBe('value `017` is no valid INTEGER_POSITIVE: value_not_positive_integer')
  })

  it('takes an answer that is no summary for no evidence', () => {
    expect(judgeImport({ body: { httpStatus: 'OK', status: 'OK' } }, [])).toMatchObject({
      counts: null,
      rest: 'unclear',
    })
    expect(judgeImport({ body: [] }, [])).toMatchObject({ counts: null, rest: 'unclear' })
    expect(judgeImport({ body: 'fine' }, [])).toMatchObject({ counts: null, rest: 'unclear' })
  })

  it('reads the bare summary of a job and of servers up to 2.41 alike', () => {
    const rows = rowsOf(recording('2.42', 'jobs/async-start').request?.body)
    const bare = recording('2.42', 'jobs/async-summary').response?.body

    expect(inShort(judgeImport({ body: bare }, rows))).toBe(
      '5 row/value E7619, 6 row/unknown-element E7610, rest applied',
    )
    expect(judgeImport({ body: { response: bare } }, rows)).toEqual(judgeImport({ body: bare }, rows))
  })

  it.each(RECORDED_SERVERS)('agrees with what %s held afterwards, in every recorded import', (server) => {
    const imports = recordedCases(server, 'datavalues').filter(({ request, readBack }) => {
      const text = JSON.stringify(request?.body ?? null)
      return (
        readBack !== undefined &&
        text.startsWith('{') &&
        text.includes('"dataValues":[{') &&
        !text.includes('"deleted"')
      )
    })
    const plain = imports.filter(
      ({ request }) => !/strategy|dryRun|Scheme/i.test(`${request?.query} ${JSON.stringify(request?.body)}`),
    )

    const wrong = plain.flatMap(({ case: name, request, response, readBack }) => {
      const rows = rowsOf(request?.body)
      const { culprits, rest } = judgeImport({ body: response?.body }, rows)
      const blamed = new Set(culprits.map(({ index }) => index))
      const stored = rowsOf(readBack)
      return rows.flatMap((row, index) => {
        // the read back covers months only
        if (!/^\d{6}$/.test(row.period) || row.value === null || rest === 'unclear') return []
        const held = stored.some(
          (one) =>
            one.dataElement === row.dataElement &&
            one.period === row.period &&
            one.orgUnit === row.orgUnit &&
            one.categoryOptionCombo === row.categoryOptionCombo &&
            ['BOOLEAN', 'NUMBER'].some((type) => isSameValue(one.value ?? '', row.value ?? '', type)),
        )
        return held === (rest === 'applied' && !blamed.has(index)) ? [] : [`${name} ${index}`]
      })
    })

    expect(plain.length).toBeGreaterThan(60)
    expect(wrong).toEqual([])
  })
})
