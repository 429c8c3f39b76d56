/** What readers of files give, and how they are asked. */

/** One record of a file. `line` is, in CSV, the line it ends on, the header being line 1; in JSON its number, from 1. */
export interface FileRecord {
  readonly line: number
  readonly fields: Readonly<Record<string, unknown>>
}

export interface ReadOptions {
  /** Columns that must be there. */
  readonly required?: readonly string[]
  /** Columns that may be there; with `required` they make the list that a refusal shows. */
  readonly optional?: readonly string[]
  /** A larger file is refused before it is read. Default 256 MB. */
  readonly maxBytes?: number
  /** The member of a JSON object that holds the records, when the file is not a bare list. */
  readonly member?: string
}
