/** A report as plain data: what a page shows, apart from how it looks. */

export type Tone = 'good' | 'warning' | 'bad' | 'neutral'

export interface Fact {
  readonly label: string
  readonly value: string
  readonly tone?: Tone
}

export type ReportSection =
  | { readonly kind: 'text'; readonly title?: string; readonly markdown: string }
  | {
      readonly kind: 'table'
      readonly title?: string
      readonly note?: string
      readonly rows: readonly Readonly<Record<string, unknown>>[]
      readonly columns?: readonly string[]
      /** What stands above a column. Default: the name of the member in words. */
      readonly headings?: Readonly<Record<string, string>>
      /** Members whose value is a state or an outcome and is shown as a badge. */
      readonly badges?: readonly string[]
      /** How many rows there were when only some are shown. */
      readonly totalRows?: number
    }
  | { readonly kind: 'facts'; readonly title?: string; readonly note?: string; readonly facts: readonly Fact[] }
  | {
      /** Lengths beside each other; a value below zero goes to the left, one that is missing has no bar. */
      readonly kind: 'bars'
      readonly title?: string
      readonly note?: string
      readonly unit?: string
      readonly bars: readonly {
        readonly label: string
        readonly value: number | null
        readonly tone?: Tone
        readonly colour?: string
      }[]
    }
  | { readonly kind: 'picture'; readonly title?: string; readonly note?: string; readonly svg: string }
  | { readonly kind: 'code'; readonly title?: string; readonly text: string }
  | { readonly kind: 'link'; readonly title?: string; readonly url: string; readonly label: string }

export interface Report {
  readonly title: string
  /** One sentence that answers the question. */
  readonly lead?: string
  /** ISO 8601. */
  readonly generatedAt: string
  readonly facts: readonly Fact[]
  readonly sections: readonly ReportSection[]
  /** Where the data comes from and how it was treated. */
  readonly provenance: readonly Fact[]
}

const TONES: Readonly<Record<string, Tone>> = {
  completed: 'good',
  Completed: 'good',
  created: 'good',
  updated: 'good',
  stored: 'good',
  passed: 'good',
  healthy: 'good',
  improving: 'good',
  low: 'good',
  OK: 'good',
  Good: 'good',
  trivial: 'good',
  simple: 'good',
  unchanged: 'neutral',
  scheduled: 'neutral',
  pending: 'neutral',
  running: 'neutral',
  paused: 'warning',
  cancelling: 'warning',
  cancelled: 'warning',
  CompletedWithErrors: 'warning',
  unknown: 'warning',
  moderate: 'warning',
  degraded: 'warning',
  Moderate: 'warning',
  'Unhealthy for Sensitive Groups': 'warning',
  failed: 'bad',
  Failed: 'bad',
  Crashed: 'bad',
  crashed: 'bad',
  refused: 'bad',
  worsening: 'bad',
  high: 'bad',
  critical: 'bad',
  BREACH: 'bad',
  Unhealthy: 'bad',
  'Very Unhealthy': 'bad',
  Hazardous: 'bad',
  complex: 'bad',
}

/** The tone of a state or an outcome, by its word. */
export function toneOf(word: string): Tone {
  return TONES[word] ?? 'neutral'
}
