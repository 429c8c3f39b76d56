/**
 * The one place that decides what an answer to a data value import means, for both generations of DHIS2.
 *
 * Neither the HTTP status nor the counts alone tell: up to 2.42 a 409 may have stored all rows but one, from 2.43 a 200
 * may have, and a refused group counts 0/0/0/0 and lists its good rows among the bad (quirks.md D2-101, D2-102).
 * Known answers: DHIS2 2.42.4 and 2.43.1, recorded.
 */
import { z } from 'zod'
import type { DataValueKey } from './data-values/data-value-row.ts'
import type { Reason, RowCode } from './data-values/ledger.ts'

export interface ImportCounts {
  readonly imported: number
  readonly updated: number
  readonly ignored: number
  readonly deleted: number
}

/** A row that is the reason of a refusal, by its index in the request. */
export type Culprit = Reason & { readonly index: number }

export interface ImportVerdict {
  /** Null when the answer held no import summary. */
  readonly counts: ImportCounts | null
  readonly culprits: readonly Culprit[]
  /**
   * What became of the rows that are no culprits. `applied`: the server says that it holds them, and its counts add up.
   * `nothing`: none was stored, they can be sent again without the culprits. `unclear`: only a read can tell.
   */
  readonly rest: 'applied' | 'nothing' | 'unclear'
  /** The server's own words about the request as a whole. */
  readonly message: string
}

/**
 * @param answer its body with or without the web message around it (servers up to 2.41 have both forms)
 * @param rows what was sent, in order
 */
export function judgeImport(answer: { readonly body: unknown }, rows: readonly DataValueKey[]): ImportVerdict {
  const parsed = Answer.safeParse(answer.body)
  const { message, summary } = parsed.success ? parsed.data : { message: 'the answer holds no summary', summary: null }
  if (summary === null) return { counts: null, culprits: [], rest: 'unclear', message }

  const counts = summary.importCount
  const culprits = distinct(summary.conflicts.flatMap((conflict) => culpritsOf(conflict, rows)))
  return { counts, culprits, rest: restOf(summary.status, counts, culprits.length, rows.length), message }
}

const Counts = z.object({
  imported: z.int().default(0),
  updated: z.int().default(0),
  ignored: z.int().default(0),
  deleted: z.int().default(0),
})

const Conflict = z.object({
  value: z.string().nullish(),
  errorCode: z.string().nullish(),
  /** On 2.43 one text of all arguments: `dsMonthly01-deIntPos001-[ocUnder5Mal]`. */
  objects: z.record(z.string(), z.unknown()).nullish(),
  indexes: z.array(z.int()).nullish(),
})

const Summary = z.object({
  status: z.string(),
  description: z.string().nullish(),
  importCount: Counts,
  conflicts: z
    .array(Conflict)
    .nullish()
    .transform((conflicts) => conflicts ?? []),
})

const Answer = z.union([
  z
    .object({ message: z.string().nullish(), response: Summary })
    .transform(({ message, response }) => ({ message: response.description ?? message ?? '', summary: response })),
  Summary.transform((summary) => ({ message: summary.description ?? '', summary })),
  z.object({ message: z.string() }).transform(({ message }) => ({ message, summary: null })),
])

type Conflict = z.output<typeof Conflict>

function restOf(status: string, counts: ImportCounts, culprits: number, sent: number): ImportVerdict['rest'] {
  const stored = counts.imported + counts.updated + counts.deleted
  // quirks.md D2-102: whole groups and requests are refused with all counts at 0
  if (status === 'ERROR') return stored === 0 ? 'nothing' : 'unclear'
  // quirks.md D2-103: a sum below the rows sent is rows that vanished without a word; ignored but not refused is
  // "unchanged" up to 2.42, and only a read tells which
  return stored + counts.ignored === sent && counts.ignored === culprits ? 'applied' : 'unclear'
}

/** The rows a conflict is about; none when it does not say, and then only splitting finds them. */
function culpritsOf(conflict: Conflict, rows: readonly DataValueKey[]): Culprit[] {
  const serverCode = conflict.errorCode ?? undefined
  const reason: Reason = {
    code: (serverCode === undefined ? undefined : ROW_CODES[serverCode]) ?? 'row/refused',
    // "Value #7 value `x` is no valid …": the number counts in a request that nobody sees
    message: (conflict.value ?? 'refused without a reason').replace(/^Value #(?:\d+|\[[\d, ]+\]) /, ''),
    ...(serverCode === undefined ? {} : { serverCode }),
  }
  return indexesOf(conflict, rows).map((index) => ({ index, ...reason }))
}

function indexesOf(conflict: Conflict, rows: readonly DataValueKey[]): number[] {
  const code = conflict.errorCode ?? ''
  const named = (conflict.indexes ?? []).filter((index) => index >= 0 && index < rows.length)
  const { heads, list } = argumentsOf(conflict)

  const isCulprit = GROUP_CULPRITS[code]
  if (isCulprit !== undefined) {
    const blamed = new Set(list)
    return rows.flatMap((row, index) => (isCulprit(row, blamed, heads) ? [index] : []))
  }
  // the extent of E8128 is its group; the list names the rows that share the key
  if (code === 'E8128') return list.map(Number).filter((index) => index in rows)
  // from 2.43, decoding: the request is refused, `indexes` is [-1], and the argument begins with the row
  if (/^E81[01]\d$|^E812[67]$/.test(code)) return [Number(heads[0])].filter((index) => index in rows)
  // up to 2.42 a conflict without indexes is about the data set, and so about every row
  if (/^E760\d$/.test(code) && conflict.indexes == null) return rows.map((_, index) => index)
  if (/^E80\d\d$/.test(code)) return []
  return named
}

type IsCulprit = (row: DataValueKey, list: ReadonlySet<string>, heads: readonly string[]) => boolean

/**
 * From 2.43, `indexes` and `rejectedIndexes` of a refused group are its extent: all its rows. Who is to blame stands in
 * the arguments only (quirks.md D2-102).
 */
const GROUP_CULPRITS: Readonly<Record<string, IsCulprit>> = {
  E8010: () => true,
  E8011: (row, units) => units.has(row.orgUnit),
  E8020: (row, elements) => elements.has(row.dataElement),
  E8021: (row, periods) => periods.has(row.period),
  E8022: (row, units) => units.has(row.orgUnit),
  E8023: (row, combos) => combos.has(row.attributeOptionCombo),
  E8024: (row, combos, [, element]) => row.dataElement === element && combos.has(row.categoryOptionCombo),
  E8025: (row, units, [combo]) => row.attributeOptionCombo === combo && units.has(row.orgUnit),
  E8030: (row, periods) => periods.has(row.period),
  E8031: (row, periods, [unit]) => row.orgUnit === unit && periods.has(row.period),
  E8032: (row, periods, [combo]) => row.attributeOptionCombo === combo && periods.has(row.period),
  E8033: (row, periods, [combo, unit]) =>
    row.attributeOptionCombo === combo && row.orgUnit === unit && periods.has(row.period),
}

/** `dsMonthly01-deIntPos001-[ocUnder5Mal, ocUnder5Fem]` as its heads and its list. */
function argumentsOf(conflict: Conflict): { readonly heads: readonly string[]; readonly list: readonly string[] } {
  const text = conflict.objects?.['args']
  if (typeof text !== 'string') return { heads: [], list: [] }
  const [before = '', inside = ''] = /^(.*?)\[([^\]]*)\]/s.exec(text)?.slice(1) ?? [text]
  return { heads: before.split('-').filter((part) => part !== ''), list: inside.split(',').map((part) => part.trim()) }
}

/** The first reason of a row is the one it is refused for. */
function distinct(culprits: readonly Culprit[]): Culprit[] {
  const byIndex = new Map<number, Culprit>()
  for (const culprit of culprits) if (!byIndex.has(culprit.index)) byIndex.set(culprit.index, culprit)
  return [...byIndex.values()].toSorted((a, b) => a.index - b.index)
}

/** What both generations call the same thing. */
const ROW_CODES: Readonly<Record<string, RowCode>> = {
  E7601: 'row/no-data-access',
  E7610: 'row/unknown-element',
  E7611: 'row/period',
  E7612: 'row/unknown-unit',
  E7613: 'row/option-combo',
  E7615: 'row/attribute-combo',
  E7617: 'row/foreign-unit',
  E7618: 'row/value',
  E7619: 'row/value',
  E7620: 'row/comment',
  E7621: 'row/option',
  E7632: 'row/period-type',
  E7633: 'row/element-not-in-set',
  E7634: 'row/option-combo',
  E7635: 'row/attribute-combo',
  E7636: 'row/unassigned-unit',
  E7640: 'row/closed-period',
  E7641: 'row/future-period',
  E7643: 'row/input-period',
  E8010: 'row/no-data-access',
  E8011: 'row/foreign-unit',
  E8012: 'row/no-data-access',
  E8020: 'row/element-not-in-set',
  E8021: 'row/period-type',
  E8022: 'row/unassigned-unit',
  E8023: 'row/attribute-combo',
  E8024: 'row/option-combo',
  E8025: 'row/attribute-unit',
  E8030: 'row/closed-period',
  E8031: 'row/closed-unit',
  E8032: 'row/attribute-period',
  E8033: 'row/approved',
  E8102: 'row/unknown-element',
  E8103: 'row/unknown-element',
  E8104: 'row/unknown-element',
  E8120: 'row/value',
  E8121: 'row/value',
  E8122: 'row/value',
  E8123: 'row/option',
  E8124: 'row/comment',
  E8125: 'row/comment',
  E8128: 'row/duplicate',
}
