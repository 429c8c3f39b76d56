import { describe, expect, it } from 'vitest'
import { isoDay, parseIsoDay } from '../../../../connectors/dhis2/periods/calendar-day.ts'
import { parsePeriod } from '../../../../connectors/dhis2/periods/parse-period.ts'
import { periodHolding } from '../../../../connectors/dhis2/periods/period-sequence.ts'
import type { PeriodType } from '../../../../connectors/dhis2/periods/period-type.ts'
import { periodTypesKnownTo } from '../../../../connectors/dhis2/periods/period-type.ts'
import { relativePeriods } from '../../../../connectors/dhis2/periods/relative-periods.ts'
import { RECORDED_SERVERS, recording } from '../recordings.ts'

interface AskedOfAnalytics {
  readonly asked: string
  readonly http: number
  readonly periods: readonly { readonly uid: string; readonly startDate: string; readonly endDate: string }[]
}

interface Sent {
  readonly dataSetPeriodType: string
  readonly period: string
  readonly status: string
  readonly errorCode: string | null
  readonly message: string
}

interface WeekYear {
  readonly kind: string
  readonly year: number
  readonly weeks: Readonly<Record<string, readonly [string, string] | null>>
}

const REFUSED = 'refused'

/** The one id that analytics answers in a form nobody can send back: the year 24, answered as "24". */
const ODD_UID = '0024'

/** What we make of an id for a server that knows these types, in the columns of the recordings. */
function readingOf(id: string, known: readonly PeriodType[]): readonly string[] | typeof REFUSED {
  try {
    const period = parsePeriod(id)
    return known.includes(period.type) ? [period.id, period.startDate, period.endDate] : REFUSED
  } catch {
    return REFUSED // a refusal is the answer asked for
  }
}

describe.each(RECORDED_SERVERS)('against DHIS2 %s', (server) => {
  const known = periodTypesKnownTo(server)

  it('gives every period that analytics knew its id and its first and last day, and refuses the others', () => {
    const rows = recording<AskedOfAnalytics>(server, 'analytics/period-dates').rows.filter(
      ({ asked }) => !/^[A-Z]/.test(asked),
    )

    const answered = rows.map(({ asked, periods: [answer] }) => ({
      asked,
      reading:
        answer === undefined
          ? REFUSED
          : [asked === ODD_UID ? ODD_UID : answer.uid, answer.startDate.slice(0, 10), answer.endDate.slice(0, 10)],
    }))

    expect(rows.map(({ asked }) => ({ asked, reading: readingOf(asked, known) }))).toEqual(answered)
    expect(rows).toHaveLength(94)
    expect(answered.filter(({ reading }) => reading === REFUSED)).toHaveLength(server === '2.42' ? 53 : 49)
  })

  it('resolves the relative periods that analytics resolved', () => {
    const rows = recording<AskedOfAnalytics>(server, 'analytics/period-dates').rows.filter(
      ({ asked, http }) => /^[A-Z]/.test(asked) && http === 200,
    )
    const today = rows.find(({ asked }) => asked === 'TODAY')?.periods[0]?.startDate.slice(0, 10) ?? ''

    const resolved = rows.map(({ asked }) => [asked, relativePeriods(asked, today)])

    expect(resolved).toEqual(rows.map(({ asked, periods }) => [asked, periods.map(({ uid }) => uid)]))
    expect(rows).toHaveLength(8)
  })

  it('reads what the import stored, and refuses what the import called no period', () => {
    const { rows } = recording<Sent>(server, 'periods/accepted')
    const stored = rows.filter(({ status }) => status === 'SUCCESS')
    const noPeriod = rows.filter(
      ({ period, errorCode, message }) =>
        // 2.43 answers a period it cannot read with a 500 about its own "group"
        errorCode === 'E7611' || (message.includes('"group" is null') && period !== ODD_UID),
    )

    expect(stored.filter(({ period }) => readingOf(period, known) === REFUSED)).toEqual([])
    expect(noPeriod.filter(({ period }) => readingOf(period, known) !== REFUSED)).toEqual([])
    expect([stored.length, noPeriod.length]).toEqual(server === '2.42' ? [43, 47] : [42, 47])
  })

  it('names types as the data sets do whose period they are', () => {
    // 2.42 stores another type's period without a word
    const foreign = ['Daily 202402', 'WeeklyWednesday 2024W1', 'QuarterlyNov 2024Q1', 'SixMonthlyApril 2024S1']
    const stored = recording<Sent>(server, 'periods/accepted').rows.filter(
      ({ dataSetPeriodType, period, status }) =>
        status === 'SUCCESS' && !foreign.includes(`${dataSetPeriodType} ${period}`),
    )

    const types = stored.map(({ period }) => parsePeriod(period).type)

    expect(types).toEqual(stored.map(({ dataSetPeriodType }) => dataSetPeriodType))
  })

  it('gives each stored period the days the database holds', () => {
    const body = recording(server, 'periods/stored-dates').response?.body as {
      listGrid: { rows: [type: string, start: string, end: string][] }
    }
    // the database wrote the year 24 in the Julian calendar
    const rows = body.listGrid.rows.filter(([, start]) => start > '1582')

    const periods = rows.map(([type, start]) => periodHolding(type, start))

    expect(periods.map(({ type, startDate, endDate }) => [type, startDate, endDate])).toEqual(
      rows.map(([type, start, end]) => [type, start, end]),
    )
    expect(rows).toHaveLength(37)
  })

  it('reads weeks and pairs of weeks of 2010 to 2036 as the server does, the years with a week 53 among them', () => {
    const weeks = recording<WeekYear>(server, 'weeks/week-years').rows.flatMap((row) =>
      Object.entries(row.weeks).map(([number, days]) => ({ id: `${row.year}${row.kind}${number}`, days })),
    )

    const readings = weeks.map(({ id }) => readingOf(id, known))

    expect(readings).toEqual(
      // 2.43 answers a pair 27 that does not exist with a period of empty days
      weeks.map(({ id, days }) => (days === null || days[0] === '' ? REFUSED : [id, ...days])),
    )
    expect(weeks).toHaveLength(server === '2.42' ? 489 : 567)
  })
})

it('knows every day between two far years exactly once', () => {
  const first = parseIsoDay('1896-01-01') ?? 0
  const last = parseIsoDay('2104-12-31') ?? 0

  for (let day = first; day <= last; day += 1) expect(parseIsoDay(isoDay(day))).toBe(day)
  // (2104 − 1896 + 1) · 365 + 52 leap days (1900 and 2100 are none)
  expect(last - first + 1).toBe(209 * 365 + 51)
})
