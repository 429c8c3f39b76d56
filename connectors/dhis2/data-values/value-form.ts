/**
 * The one form in which a value leaves for the server, and when two forms are the same value.
 *
 * Both generations of DHIS2 accept what comes out here and store it alike; what either would refuse is refused here.
 * Forms and refusals: DHIS2 2.42.4 and 2.43.1, recorded (number-forms, other-forms).
 */

export type ValueForm = { readonly value: string } | { readonly problem: string }

/** Letters, not bytes. DHIS2 2.42.4 and 2.43.1, recorded: 50,000 pass and 50,001 do not. */
export const LONGEST_TEXT = 50_000

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const WHOLE = /^(-?(?:0|[1-9]\d*))(?:\.0+)?$/
const TRUE_WORDS = new Set(['true', 't', '1', 'yes', 'y'])
const FALSE_WORDS = new Set(['false', 'f', '0', 'no', 'n'])
const DAY = /^(\d{4})-(\d{2})-(\d{2})(?:T.+)?$/
const SMALLEST_INTEGER = -(2 ** 31)
const LARGEST_INTEGER = 2 ** 31 - 1

/**
 * @param text as it was read; blanks around it do not count
 * @param valueType DHIS2's name; a type without a rule here is sent trimmed, and the server judges it
 */
export function normaliseValue(text: string, valueType: string): ValueForm {
  const value = text.trim()
  if (value === '') return { problem: 'no value' }
  if (value.length > LONGEST_TEXT) return { problem: `${value.length} characters, at most ${LONGEST_TEXT} are stored` }
  // PostgreSQL holds no NUL, and JSON no half of a surrogate pair
  if (value.includes('\0') || !value.isWellFormed()) return { problem: 'text with a character that cannot be stored' }
  const rule = RULES[valueType]
  return rule === undefined ? { value } : rule(value)
}

/** Whether two texts say the same value of a type: `12.0` and `12`, `TRUE` and `true`, `-0` and `0`, blanks around. */
export function isSameValue(a: string, b: string, valueType: string): boolean {
  return a === b || comparable(a, valueType) === comparable(b, valueType)
}

/** What 2.42 takes for a zero when zeros are not significant. */
export function isZero(value: string): boolean {
  return /^0(?:\.0+)?$/.test(value)
}

/** Numeric types are those whose zeros may not be significant. */
export function isNumericType(valueType: string): boolean {
  return NUMERIC.has(valueType)
}

const NUMERIC: ReadonlySet<string> = new Set([
  'NUMBER',
  'PERCENTAGE',
  'UNIT_INTERVAL',
  'INTEGER',
  'INTEGER_POSITIVE',
  'INTEGER_NEGATIVE',
  'INTEGER_ZERO_OR_POSITIVE',
])

const RULES: Readonly<Record<string, (value: string) => ValueForm>> = {
  NUMBER: decimal,
  PERCENTAGE: (value) => within(decimal(value), 0, 100, 'a percentage from 0 to 100'),
  UNIT_INTERVAL: (value) => within(decimal(value), 0, 1, 'a share from 0 to 1'),
  INTEGER: (value) => integer(value, SMALLEST_INTEGER, LARGEST_INTEGER, 'an integer of 32 bits'),
  INTEGER_POSITIVE: (value) => integer(value, 1, LARGEST_INTEGER, 'a positive integer of 32 bits'),
  INTEGER_NEGATIVE: (value) => integer(value, SMALLEST_INTEGER, -1, 'a negative integer of 32 bits'),
  INTEGER_ZERO_OR_POSITIVE: (value) => integer(value, 0, LARGEST_INTEGER, 'a positive integer of 32 bits or zero'),
  BOOLEAN: boolean,
  TRUE_ONLY: (value) => (TRUE_WORDS.has(value.toLowerCase()) ? { value: 'true' } : { problem: 'not true' }),
  DATE: (value) => (isDay(value) ? { value } : { problem: 'not a day written as 2024-01-31' }),
}

function decimal(value: string): ValueForm {
  if (DECIMAL.test(value)) return { value }
  return { problem: hasLeadingZero(value) ? 'a number with a leading zero' : 'not a number' }
}

function within(form: ValueForm, least: number, most: number, wanted: string): ValueForm {
  if (!('value' in form)) return form
  const number = Number(form.value)
  return number >= least && number <= most ? form : { problem: `not ${wanted}` }
}

/** `12.0` leaves as `12`: 2.42.4 refuses the first, 2.43.1 stores the second for it (quirks.md D2-105). */
function integer(value: string, least: number, most: number, wanted: string): ValueForm {
  const digits = WHOLE.exec(value)?.[1]
  if (digits === undefined) return { problem: hasLeadingZero(value) ? 'a number with a leading zero' : `not ${wanted}` }
  const number = Number(digits)
  // both servers refuse -0 here, and take it for a NUMBER
  return digits !== '-0' && number >= least && number <= most ? { value: digits } : { problem: `not ${wanted}` }
}

function hasLeadingZero(value: string): boolean {
  return /^-?0\d/.test(value)
}

/** `yes`, `no`, `y` and `n` are read by 2.43.1 only, so that they leave as true and false (quirks.md D2-105). */
function boolean(value: string): ValueForm {
  const word = value.toLowerCase()
  if (TRUE_WORDS.has(word)) return { value: 'true' }
  return FALSE_WORDS.has(word) ? { value: 'false' } : { problem: 'not true or false' }
}

function isDay(value: string): boolean {
  const [, year, month, day] = DAY.exec(value) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  // the Date of a day that does not exist is another day
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

function comparable(text: string, valueType: string): string {
  const value = text.trim()
  if (isNumericType(valueType) && DECIMAL.test(value)) {
    const short = value.includes('.') ? value.replace(/\.?0+$/, '') : value
    return short === '-0' ? '0' : short
  }
  if (valueType !== 'BOOLEAN' && valueType !== 'TRUE_ONLY') return value
  const form = boolean(value)
  return 'value' in form ? form.value : value
}
