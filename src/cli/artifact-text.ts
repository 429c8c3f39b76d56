/** An artifact on a terminal. */
import type { Artifact } from '../model/artifact.ts'
import { textTable } from '../render/text-table.ts'

const ROWS_SHOWN = 20

export function artifactText({ key, description, content }: Artifact): string {
  const title = description ?? key ?? content.kind
  switch (content.kind) {
    case 'table': {
      const rows = content.rows.slice(0, ROWS_SHOWN)
      const more = content.totalRows > rows.length ? `\n… ${content.totalRows - rows.length} more rows` : ''
      return `${title}\n${rows.length === 0 ? 'none' : textTable(rows, { columns: content.columns, cellWidth: 48 })}${more}`
    }
    case 'markdown':
      return content.text
    case 'link':
      return `${title}: ${content.url}`
    case 'progress':
      return `${title}: ${content.percent} %`
    case 'image':
      return `${title}: a picture; see it with --report page.html`
  }
}

/** As programs read it. */
export function artifactForPrograms({ id, key, description, content, createdAt }: Artifact) {
  return { id, key, description, createdAt, ...content }
}
