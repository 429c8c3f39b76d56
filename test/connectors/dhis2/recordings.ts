/** What real servers answered: the cases of the recordings, by server and by the name of the case. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const RECORDED_SERVERS = ['2.42', '2.43'] as const

export type RecordedServer = (typeof RECORDED_SERVERS)[number]

export interface Recording<Row> {
  readonly case: string
  readonly rows: readonly Row[]
  readonly request?: { readonly query: string | null; readonly body: unknown }
  readonly response?: { readonly status: number; readonly body: unknown }
  /** What an export held afterwards. */
  readonly readBack?: unknown
}

/** @param name as `periods/accepted` */
export function recording<Row = never>(server: RecordedServer, name: string): Recording<Row> {
  const [section = ''] = name.split('/')
  const found = recordedCases<Row>(server, section).find((one) => one.case === name)
  if (found === undefined) throw new Error(`no recording "${name}" of ${server}`)
  return found
}

/** Every case of a section, such as `datavalues`. */
export function recordedCases<Row = never>(server: RecordedServer, section: string): Recording<Row>[] {
  const file = join(import.meta.dirname, '../../../fixtures/dhis2/recordings', server, `${section}.ndjson`)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recording<Row>)
}
