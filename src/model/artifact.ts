/** What a run shows: tables, markdown, links, progress, images. A key gives versions and a page of its own. */
import { ConfigError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'

export type TableRow = Readonly<Record<string, JsonValue | undefined>>

export type ArtifactContent =
  | {
      readonly kind: 'table'
      readonly rows: readonly TableRow[]
      readonly columns: readonly string[]
      readonly totalRows: number
    }
  | { readonly kind: 'markdown'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly label: string | null }
  | { readonly kind: 'progress'; readonly percent: number }
  | { readonly kind: 'image'; readonly svg: string }

/** What a flow publishes. */
export interface ArtifactDraft {
  readonly key: string | null
  readonly description: string | null
  readonly content: ArtifactContent
}

/** What the store keeps. */
export interface Artifact extends ArtifactDraft {
  readonly id: string
  readonly runId: string
  readonly taskRunId: string | null
  readonly createdAt: string
}

/** A table keeps at most this many rows; `totalRows` says how many there were. */
const ROWS_KEPT = 1_000

/** Rows as a table; the columns are the members of all rows, in order of first appearance. */
export function table(key: string | null, rows: readonly TableRow[], description: string | null = null): ArtifactDraft {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return draft(key, description, { kind: 'table', rows: rows.slice(0, ROWS_KEPT), columns, totalRows: rows.length })
}

export function markdown(key: string | null, text: string, description: string | null = null): ArtifactDraft {
  return draft(key, description, { kind: 'markdown', text })
}

/** @throws ConfigError `config/params` for a URL that is not http, https or mailto */
export function link(key: string | null, url: string, label: string | null = null): ArtifactDraft {
  if (!/^(https?:|mailto:)/i.test(url)) {
    throw new ConfigError('config/params', `a link artifact cannot lead to "${url}"`, {
      hint: 'use an address that begins with http:, https: or mailto:',
    })
  }
  return draft(key, null, { kind: 'link', url, label })
}

/** Percent done, 0–100; publishing the same key again in one run updates it in place. */
export function progress(key: string | null, percent: number, description: string | null = null): ArtifactDraft {
  return draft(key, description, { kind: 'progress', percent: Math.min(100, Math.max(0, percent)) })
}

export function image(key: string | null, svg: string, description: string | null = null): ArtifactDraft {
  return draft(key, description, { kind: 'image', svg })
}

function draft(key: string | null, description: string | null, content: ArtifactContent): ArtifactDraft {
  if (key !== null && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key)) {
    throw new ConfigError('config/params', `"${key}" cannot be the key of an artifact`, {
      hint: 'use lower-case letters, digits and single dashes, like "gdp-comparison"',
    })
  }
  return { key, description, content }
}
