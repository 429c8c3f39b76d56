/** What each stage of a pipeline did to the data, proved by digests: the output of one is the input of the next. */
import { DataError } from '../base/errors.ts'
import { contentHash } from '../base/hash.ts'

/** One stage as it is stored: digests in full, pages show their first 16 digits (`shortHash`). */
export interface LineageEntry {
  readonly stage: string
  /** "pass-through", "filter", "enrich" … */
  readonly operation: string
  /** `sha256-jcs:<64 hex>` of the records that went in, in any order. */
  readonly inputHash: string
  readonly outputHash: string
  readonly recordsIn: number
  /** The records that came out. */
  readonly recordCount: number
  /** Records left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** The moment, as the caller read it: ISO 8601. */
  readonly timestamp: string
  readonly codeVersion: string | null
  /** Digest of the parameters; `null` for a stage without. */
  readonly parametersHash: string | null
}

export interface StageRecord {
  readonly stage: string
  readonly operation: string
  readonly input: readonly unknown[]
  readonly output: readonly unknown[]
  readonly timestamp: string
  readonly dropped?: Readonly<Record<string, number>>
  readonly codeVersion?: string
  readonly parameters?: Readonly<Record<string, unknown>>
}

/**
 * The entry of one stage, with digests made from the data itself: change one value and the digest changes, change the
 * order of the records or of their keys and it does not.
 *
 * @throws DataError `data/json` when a record holds what JSON cannot
 */
export function lineageEntry(record: StageRecord): LineageEntry {
  return {
    stage: record.stage,
    operation: record.operation,
    inputHash: contentHash(record.input),
    outputHash: contentHash(record.output),
    recordsIn: record.input.length,
    recordCount: record.output.length,
    dropped: record.dropped ?? {},
    timestamp: record.timestamp,
    codeVersion: record.codeVersion ?? null,
    parametersHash: record.parameters === undefined ? null : contentHash([record.parameters]),
  }
}

/** The first 16 digits of a digest, as pages show it. */
export function shortHash(hash: string): string {
  return hash.replace(/^sha256-jcs:/, '').slice(0, 16)
}

export interface LineageSummary {
  readonly stageCount: number
  /** Stages whose output differs from their input, in order. */
  readonly modified: readonly string[]
  readonly passedThrough: readonly string[]
  /** The records that came out, over all stages. */
  readonly totalRecordsProcessed: number
}

/**
 * Which stages changed the data, of a linear chain whose links hold.
 *
 * @throws DataError `data/value` where a stage did not begin with what the one before it left, naming both
 */
export function lineageSummary(entries: readonly LineageEntry[]): LineageSummary {
  const broken = brokenLinks(entries)[0]
  if (broken !== undefined) {
    throw new DataError(
      'data/value',
      `stage "${broken.stage}" began with ${shortHash(broken.found)}, but "${broken.after}" left ${shortHash(broken.expected)}`,
      { hint: 'run the pipeline again from that stage: the data between the two was changed', details: { ...broken } },
    )
  }
  const [modified, passedThrough] = [true, false].map((wanted) =>
    entries.filter((entry) => changed(entry) === wanted).map(({ stage }) => stage),
  )
  return {
    stageCount: entries.length,
    modified: modified ?? [],
    passedThrough: passedThrough ?? [],
    totalRecordsProcessed: entries.reduce((total, { recordCount }) => total + recordCount, 0),
  }
}

export interface BrokenLink {
  readonly stage: string
  readonly after: string
  /** The digest that the stage before left. */
  readonly expected: string
  /** The digest that this stage began with. */
  readonly found: string
}

/** Where the chain is broken; nothing for a chain that holds, and for one of a single stage or none. */
export function brokenLinks(entries: readonly LineageEntry[]): BrokenLink[] {
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1]
    if (before === undefined || before.outputHash === entry.inputHash) return []
    return [{ stage: entry.stage, after: before.stage, expected: before.outputHash, found: entry.inputHash }]
  })
}

/** Whether a stage changed its data. */
export function changed({ inputHash, outputHash }: Pick<LineageEntry, 'inputHash' | 'outputHash'>): boolean {
  return inputHash !== outputHash
}
