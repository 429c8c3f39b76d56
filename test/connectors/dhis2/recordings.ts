/** What real servers answered: one case of the recordings, by server and by the name of the case. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const RECORDED_SERVERS = ['2.42', '2.43'] as const

export type RecordedServer = (typeof RECORDED_SERVERS)[number]

const FOLDERS = { '2.42': 'dhis2-2.42.4', '2.43': 'dhis2-2.43.1' } as const

export interface Recording<Row> {
  readonly case: string
  readonly rows: readonly Row[]
  readonly request?: { readonly body: unknown }
  readonly response?: { readonly status: number; readonly body: unknown }
}

/** @param name as `periods/accepted` */
export function recording<Row = never>(server: RecordedServer, name: string): Recording<Row> {
  const root = join(import.meta.dirname, '../../..')
  const [section = '', ...rest] = name.split('/')
  const copied = join(root, 'fixtures/dhis2/recordings', server, `${section}.ndjson`)
  if (!existsSync(copied)) {
    const original = join(root, '../shared/recordings', FOLDERS[server], section, `${rest.join('/')}.json`)
    return JSON.parse(readFileSync(original, 'utf8')) as Recording<Row>
  }
  const line = readFileSync(copied, 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`{"case":"${name}"`))
  if (line === undefined) throw new Error(`no recording "${name}" in ${copied}`)
  return JSON.parse(line) as Recording<Row>
}
