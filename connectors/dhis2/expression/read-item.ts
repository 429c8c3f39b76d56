/**
 * What stands between the braces of an item, checked for its form: `#{element.combo}`, `R{dataSet.REPORTING_RATE}`.
 *
 * White space is not free here: `#{ element }` is refused by every server.
 */
import type { Item, ItemType } from './expression.ts'
import type { ExpressionKind } from './expression-kind.ts'
import { CONTEXTS, isProgramKind } from './expression-kind.ts'

const UID = '[A-Za-z][A-Za-z0-9]{10}'
const REPORTING_RATES = 'REPORTING_RATE|REPORTING_RATE_ON_TIME|ACTUAL_REPORTS|ACTUAL_REPORTS_ON_TIME|EXPECTED_REPORTS'

/** Variables of a program, by what they hold. */
const COUNTS = [
  'enrollment_count',
  'event_count',
  'org_unit_count',
  'scheduled_event_count',
  'tei_count',
  'value_count',
  'zero_pos_value_count',
]
const DATES = [
  'analytics_period_end',
  'analytics_period_start',
  'completed_date',
  'creation_date',
  'current_date',
  'due_date',
  'enrollment_date',
  'event_date',
  'execution_date',
  'incident_date',
  'scheduled_date',
  'sync_date',
]
const TEXTS = ['enrollment_status', 'event_status', 'program_stage_id', 'program_stage_name']

export const COUNT_VARIABLES: ReadonlySet<string> = new Set(COUNTS)
export const DATE_VARIABLES: ReadonlySet<string> = new Set(DATES)

interface ItemForm {
  readonly pattern: RegExp
  /** For the message: what it should have been. */
  readonly expected: string
}

const ONE_UID: ItemForm = { pattern: whole(UID), expected: 'one UID of 11 characters' }
const TWO_UIDS: ItemForm = { pattern: whole(`${UID}\\.${UID}`), expected: 'two UIDs of 11 characters' }

/** Two stars name nothing that one part does not, and the servers refuse them. */
const OPERAND: ItemForm = {
  pattern: whole(`${UID}(?:\\.\\*|\\.${UID}|\\.\\*\\.${UID}|\\.${UID}\\.(?:${UID}|\\*))?`),
  expected: 'a data element, or one with its category and attribute option combinations',
}

/** Category options and groups in place of a combination: known to indicators alone, and one at a time. */
const INDICATOR_OPERAND: ItemForm = {
  pattern: whole(
    `(?:${UID}|deGroup:${UID})(?:\\.\\*|\\.(?:co:|coGroup:)?${UID}|\\.\\*\\.(?:co:|coGroup:)?${UID}|` +
      `\\.(?:co:|coGroup:)?${UID}\\.(?:(?:co:|coGroup:)?${UID}|\\*))?`,
  ),
  expected: OPERAND.expected,
}

const FORMS: Readonly<Record<Exclude<ItemType, '#' | 'A'>, ItemForm>> = {
  C: ONE_UID,
  D: TWO_UIDS,
  I: ONE_UID,
  N: ONE_UID,
  OUG: ONE_UID,
  R: { pattern: whole(`${UID}\\.(?:${REPORTING_RATES})`), expected: 'a data set and REPORTING_RATE or one of its kin' },
  V: { pattern: whole([...COUNTS, ...DATES, ...TEXTS].join('|')), expected: 'a program variable such as event_count' },
  '[]': { pattern: whole('days|periodInYear|yearlyPeriodCount'), expected: '[days]' },
  PS_EVENTDATE: ONE_UID,
}

/** The item, or the reason why there is none. */
export function readItem(type: ItemType, content: string, kind: ExpressionKind): Item | string {
  const context = CONTEXTS[kind]
  const written = itemText(type, content)
  if (!context.items.has(type)) return `${written} cannot stand in ${context.called}`
  const form = formOf(type, kind)
  if (!form.pattern.test(content)) return `${written} is not ${form.expected}`
  // Only an indicator knows where in the year it is
  if (type === '[]' && content !== 'days' && kind !== 'indicator') return `${written} cannot stand in ${context.called}`
  return { kind: 'item', type, parts: content.split('.') }
}

export function itemText(type: ItemType, content: string): string {
  if (type === '[]') return `[${content}]`
  return type === 'PS_EVENTDATE' ? `PS_EVENTDATE:${content}` : `${type}{${content}}`
}

function formOf(type: ItemType, kind: ExpressionKind): ItemForm {
  if (type === 'A') return isProgramKind(kind) ? ONE_UID : TWO_UIDS
  if (type !== '#') return FORMS[type]
  if (isProgramKind(kind)) return TWO_UIDS
  return kind === 'indicator' ? INDICATOR_OPERAND : OPERAND
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`)
}
