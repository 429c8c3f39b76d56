/** The checks behind the rule types: rows and parameters in, counts out. */
import { z } from 'zod'
import { modifiedZScores } from './outliers.ts'

export type QualityRow = Readonly<Record<string, unknown>>

/** What a check may look at beside the rows. */
export interface QualityContext {
  /** The moment that ages are measured from: ISO 8601. */
  readonly now?: string | undefined
  /** Known keys by name, for `reference`. */
  readonly references?: Readonly<Record<string, Iterable<string | number>>> | undefined
}

export interface CheckCounts {
  /** `null` when nothing could be tested. */
  readonly score: number | null
  readonly tested: number
  readonly failed: number
  /** Rows the rule has nothing to say about: missing, or no number where one is needed. */
  readonly untested: number
  readonly failures: readonly { readonly row: number; readonly value: unknown }[]
  /** In a few words, what failed or why nothing was tested. */
  readonly reason: string | null
}

type Check = (rows: readonly QualityRow[], column: string, params: unknown, context: QualityContext) => CheckCounts

/**
 * The rule types and their parameters:
 *
 * - `not_null`: missing is `null`, undefined or blank text; 0 and false are values.
 * - `range` `{ min = 0, max = 1000 }`: numeric text is read as a number; what is no number is untested.
 * - `unique`: distinct values / values; a missing value is untested.
 * - `completeness` `{ expected }`: rows / expected, at most 1.
 * - `pattern` `{ pattern }`: the whole text matches a regular expression.
 * - `type` `{ type }`: number, integer, text, boolean or date; numeric text is a number.
 * - `allowed` `{ values }`, `reference` `{ values }` or `{ to }` (a name of the context's references): no orphan.
 * - `compare` `{ operator, other }`: this column against another one of the same row.
 * - `freshness` `{ maxAgeDays }`: the newest date of the column, against the context's `now`.
 * - `outliers` `{ limit = 3.5 }`: modified z-scores (Iglewicz and Hoaglin 1993).
 */
export const QUALITY_CHECKS: Readonly<Record<string, Check>> = {
  not_null: (rows, column) =>
    each(rows, column, (value) => !isMissing(value), 'missing', { testMissing: true, among: 'values' }),
  range: (rows, column, params) => {
    const { min, max } = z.object({ min: z.number().default(0), max: z.number().default(1000) }).parse(params)
    const judge = (value: unknown): boolean | null => {
      const number = asNumber(value)
      return number === null ? null : number >= min && number <= max
    }
    return each(rows, column, judge, `outside ${min}–${max}`)
  },
  unique: (rows, column) => {
    const seen = new Set<string>()
    const isNew = (value: unknown): boolean => {
      const key = keyOf(value)
      if (seen.has(key)) return false
      seen.add(key)
      return true
    }
    return each(rows, column, isNew, 'a repeat')
  },
  completeness: (rows, _column, params) => {
    const { expected } = z.object({ expected: z.number().int().min(0) }).parse(params)
    const counts = { tested: rows.length, failed: Math.max(0, expected - rows.length), untested: 0, failures: [] }
    if (expected === 0) return { ...counts, score: null, reason: 'no rows were expected' }
    const reason = counts.failed === 0 ? null : `${rows.length} of ${expected} expected rows`
    return { ...counts, score: Math.min(1, rows.length / expected), reason }
  },
  pattern: (rows, column, params) => {
    const { pattern } = z.object({ pattern: z.string() }).parse(params)
    const expression = new RegExp(`^(?:${pattern})$`, 'u')
    return each(rows, column, (value) => expression.test(String(value)), `not like ${pattern}`)
  },
  type: (rows, column, params) => {
    const { type } = z.object({ type: z.enum(['number', 'integer', 'text', 'boolean', 'date']) }).parse(params)
    return each(rows, column, (value) => isOfType(value, type), `no ${type}`)
  },
  allowed: (rows, column, params) => {
    const { values } = z.object({ values: z.array(z.unknown()) }).parse(params)
    const allowed = new Set(values.map(keyOf))
    return each(rows, column, (value) => allowed.has(keyOf(value)), 'not in the list')
  },
  reference: (rows, column, params, context) => {
    const { values, to } = z
      .object({ values: z.array(z.unknown()).optional(), to: z.string().optional() })
      .parse(params)
    const parents = values ?? (to === undefined ? undefined : context.references?.[to])
    if (parents === undefined) throw new RangeError(`there is no list of keys "${to ?? ''}" to refer to`)
    const known = new Set([...parents].map(keyOf))
    return each(rows, column, (value) => known.has(keyOf(value)), 'without a parent')
  },
  compare: (rows, column, params) => {
    const { operator, other } = z
      .object({ operator: z.enum(['<', '<=', '=', '!=', '>=', '>']), other: z.string() })
      .parse(params)
    return eachRow(rows, column, (value, row) => compares(value, operator, row[other]), `not ${operator} ${other}`)
  },
  freshness: (rows, column, params, { now }) => {
    const { maxAgeDays } = z.object({ maxAgeDays: z.number().positive() }).parse(params)
    const nowMs = Date.parse(now ?? '')
    if (Number.isNaN(nowMs)) throw new RangeError('freshness needs to be told what time it is')
    const dates = rows.map((row) => Date.parse(String(row[column])))
    const newest = dates.reduce((last, date) => (date > last ? date : last), -Infinity)
    const untested = dates.filter(Number.isNaN).length
    if (newest === -Infinity) return nothing(untested, 'no value is a date')
    const ageDays = (nowMs - newest) / 86_400_000
    const failed = ageDays > maxAgeDays ? 1 : 0
    const reason = failed === 0 ? null : `the newest is ${ageDays.toFixed(1)} days old, more than ${maxAgeDays}`
    return { score: 1 - failed, tested: 1, failed, untested, failures: [], reason }
  },
  outliers: (rows, column, params) => {
    const { limit } = z.object({ limit: z.number().positive().default(3.5) }).parse(params)
    const scores = modifiedZScores(rows.map((row) => asNumber(row[column])))
    const indexed = rows.map((row, index) => ({ ...row, [column]: scores[index] ?? null }))
    const counts = each(indexed, column, (score) => Math.abs(Number(score)) <= limit, `beyond ${limit} deviations`)
    return { ...counts, failures: counts.failures.map(({ row }) => ({ row, value: rows[row]?.[column] })) }
  },
}

/** How many failures are kept to look at. */
const SAMPLE = 5

interface EachOptions {
  /** Whether a missing value is judged too; otherwise it is untested. */
  readonly testMissing?: boolean
  readonly among?: string
}

function each(
  rows: readonly QualityRow[],
  column: string,
  judge: (value: unknown) => boolean | null,
  failure: string,
  options: EachOptions = {},
): CheckCounts {
  return eachRow(rows, column, judge, failure, options)
}

/** Judges row after row; `null` leaves one untested. */
function eachRow(
  rows: readonly QualityRow[],
  column: string,
  judge: (value: unknown, row: QualityRow) => boolean | null,
  failure: string,
  { testMissing = false, among = 'values' }: EachOptions = {},
): CheckCounts {
  let [tested, failed] = [0, 0]
  const failures: { row: number; value: unknown }[] = []
  for (const [index, row] of rows.entries()) {
    const value = row[column]
    const verdict = !testMissing && isMissing(value) ? null : judge(value, row)
    if (verdict === null) continue
    tested += 1
    if (verdict) continue
    failed += 1
    if (failures.length < SAMPLE) failures.push({ row: index, value: value ?? null })
  }
  const untested = rows.length - tested
  if (tested === 0) return nothing(untested, `no value of "${column}" could be tested`)
  const reason = failed === 0 ? null : `${failed} of ${tested} ${among} ${failure}`
  return { score: 1 - failed / tested, tested, failed, untested, failures, reason }
}

function nothing(untested: number, reason: string): CheckCounts {
  return { score: null, tested: 0, failed: 0, untested, failures: [], reason }
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
}

function asNumber(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null
  if (isMissing(value)) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** 1 and "1" are two keys: the types of a join column are part of its quality. */
function keyOf(value: unknown): string {
  return `${typeof value}:${JSON.stringify(value) ?? ''}`
}

function isOfType(value: unknown, type: 'number' | 'integer' | 'text' | 'boolean' | 'date'): boolean {
  switch (type) {
    case 'number':
      return asNumber(value) !== null
    case 'integer':
      return Number.isInteger(asNumber(value))
    case 'text':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false'
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value))
  }
}

function compares(left: unknown, operator: '<' | '<=' | '=' | '!=' | '>=' | '>', right: unknown): boolean | null {
  if (isMissing(left) || isMissing(right)) return null
  const [a, b] = [asNumber(left), asNumber(right)]
  const order = a !== null && b !== null ? a - b : textOrder(String(left), String(right))
  switch (operator) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '>=':
      return order >= 0
    case '>':
      return order > 0
  }
}

/** By code units, so that ISO dates compare as dates. */
function textOrder(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
