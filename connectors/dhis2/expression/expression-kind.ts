/**
 * Which kind of expression may say what: one grammar, of which each kind accepts a part.
 *
 * From the server's source (2.42.4) and from 142 expressions tried at its seven endpoints (2.42.4 and 2.43.1, recorded).
 */
import type { ItemType } from './expression.ts'

export const EXPRESSION_KINDS = [
  'indicator',
  'predictor',
  'predictor-skip-test',
  'validation-rule',
  'program-indicator',
  'program-indicator-filter',
] as const

export type ExpressionKind = (typeof EXPRESSION_KINDS)[number]

/** What stands in one place between the parentheses of a call. */
export type ArgumentForm =
  | 'expression'
  /** `#{…}`, `A{…}`, `V{…}` or `PS_EVENTDATE:…`, alone. */
  | 'item'
  | 'uid'
  /** A text that holds a whole expression. */
  | 'condition'
  /** A text that holds an expression without its left side: `'< 5'`. */
  | 'comparison'
  | 'quoted-uid'

export interface Signature {
  /** The last form repeats up to `most`. */
  readonly forms: readonly ArgumentForm[]
  readonly fewest: number
  readonly most: number
}

export type ResultType = 'number' | 'boolean'

interface Context {
  /** In words, for messages: "an indicator". */
  readonly called: string
  readonly result: ResultType
  readonly items: ReadonlySet<ItemType>
  readonly functions: ReadonlyMap<string, Signature>
  readonly modifiers: ReadonlySet<string>
}

const COMMON = signatures({
  if: takes(3),
  is: takes(2, Infinity),
  isNull: takes(1),
  isNotNull: takes(1),
  firstNonNull: takes(1, Infinity),
  greatest: takes(1, Infinity),
  least: takes(1, Infinity),
  log: takes(1, 2),
  log10: takes(1),
  contains: takes(2, Infinity),
  containsItems: takes(2, Infinity),
  removeZeros: takes(1),
})

const ORG_UNIT = signatures({
  'orgUnit.ancestor': takes(1, Infinity, ['uid']),
  'orgUnit.dataSet': takes(1, Infinity, ['uid']),
  'orgUnit.group': takes(1, Infinity, ['uid']),
  'orgUnit.program': takes(1, Infinity, ['uid']),
})

const PREDICTOR = signatures({
  avg: takes(1),
  count: takes(1),
  max: takes(1),
  median: takes(1),
  min: takes(1),
  percentileCont: takes(2),
  stddev: takes(1),
  stddevPop: takes(1),
  stddevSamp: takes(1),
  sum: takes(1),
  normDistCum: takes(1, 3),
  normDistDen: takes(1, 3),
})

const PROGRAM_INDICATOR = signatures({
  avg: takes(1),
  count: takes(1),
  max: takes(1),
  min: takes(1),
  stddev: takes(1),
  sum: takes(1),
  variance: takes(1),
  'd2:condition': takes(3, 3, ['condition', 'expression']),
  'd2:count': takes(1, 1, ['item']),
  'd2:countIfCondition': takes(2, 2, ['item', 'comparison']),
  'd2:countIfValue': takes(2, 2, ['item', 'expression']),
  'd2:daysBetween': takes(2),
  'd2:hasValue': takes(1, 1, ['item']),
  'd2:maxValue': takes(1, 1, ['item']),
  'd2:minValue': takes(1, 1, ['item']),
  'd2:minutesBetween': takes(2),
  'd2:monthsBetween': takes(2),
  'd2:oizp': takes(1),
  'd2:relationshipCount': takes(0, 1, ['quoted-uid']),
  'd2:weeksBetween': takes(2),
  'd2:yearsBetween': takes(2),
  'd2:zing': takes(1),
  'd2:zpvc': takes(1, Infinity),
})

const RULE_ITEMS: readonly ItemType[] = ['#', 'A', 'C', 'D', 'I', 'OUG', 'R']

const INDICATOR_CONTEXT: Context = {
  called: 'an indicator',
  result: 'number',
  items: new Set<ItemType>([...RULE_ITEMS, 'N', '[]']),
  functions: new Map([...COMMON, ...signatures({ subExpression: takes(1) })]),
  modifiers: new Set(['aggregationType', 'maxDate', 'minDate', 'periodOffset', 'yearToDate']),
}

const PREDICTOR_CONTEXT: Context = {
  called: 'a predictor',
  result: 'number',
  items: new Set<ItemType>([...RULE_ITEMS, '[]']),
  functions: new Map([...COMMON, ...ORG_UNIT, ...PREDICTOR]),
  modifiers: new Set(['maxDate', 'minDate']),
}

const PROGRAM_INDICATOR_CONTEXT: Context = {
  called: 'a program indicator',
  result: 'number',
  items: new Set<ItemType>(['#', 'A', 'C', 'V', 'PS_EVENTDATE']),
  functions: new Map([...COMMON, ...PROGRAM_INDICATOR]),
  modifiers: new Set(['stageOffset']),
}

export const CONTEXTS: Readonly<Record<ExpressionKind, Context>> = {
  indicator: INDICATOR_CONTEXT,
  predictor: PREDICTOR_CONTEXT,
  'predictor-skip-test': { ...PREDICTOR_CONTEXT, called: 'a predictor skip test', result: 'boolean' },
  'validation-rule': {
    called: 'a validation rule',
    result: 'number',
    items: new Set<ItemType>([...RULE_ITEMS, '[]']),
    functions: new Map([...COMMON, ...ORG_UNIT]),
    modifiers: new Set(),
  },
  'program-indicator': PROGRAM_INDICATOR_CONTEXT,
  'program-indicator-filter': { ...PROGRAM_INDICATOR_CONTEXT, called: 'a program indicator filter', result: 'boolean' },
}

/** Every function that some kind knows, to tell "unknown" from "not here". */
export const ALL_FUNCTIONS: ReadonlySet<string> = new Set(
  EXPRESSION_KINDS.flatMap((kind) => [...CONTEXTS[kind].functions.keys()]),
)

export function isProgramKind(kind: ExpressionKind): boolean {
  return CONTEXTS[kind].items.has('V')
}

function takes(fewest: number, most = fewest, forms: readonly ArgumentForm[] = ['expression']): Signature {
  return { forms, fewest, most }
}

function signatures(table: Readonly<Record<string, Signature>>): ReadonlyMap<string, Signature> {
  return new Map(Object.entries(table))
}
