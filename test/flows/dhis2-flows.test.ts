/** The DHIS2 flows on the real engine against the fake server of both generations. */
import { dhis2 } from 'd2flow/connectors/dhis2'
import { readRecords } from 'd2flow/files'
import { dhis2Handlers } from 'd2flow/fixtures/dhis2'
import { dhis2DataValuePush } from 'd2flow/flows/dhis2/dhis2-data-value-push'
import { dhis2Indicators } from 'd2flow/flows/dhis2/dhis2-indicators'
import { dhis2OrgUnits } from 'd2flow/flows/dhis2/dhis2-org-units'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { collect } from '../../src/base/collect.ts'
import { CSV_HEADER, demoCsv, demoDataValues } from '../../fixtures/dhis2/country/index.ts'

const network = mockNetwork()
let folder: string

beforeAll(() => network.enable())
afterAll(() => network.disable())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-flows-'))
})
afterEach(() => {
  network.resetHandlers()
  rmSync(folder, { recursive: true, force: true })
})

const BLOCKS = [
  { block: dhis2, name: 'dhis2', values: { baseUrl: 'http://dhis2.test', username: 'admin', password: 'district' } },
]

function serve(personality: '2.42' | '2.43', country: 'small' | 'full' = 'small') {
  const server = dhis2Handlers({ personality, country })
  network.use(...server.handlers)
  return server
}

function csv(text: string): string {
  const path = join(folder, 'values.csv')
  writeFileSync(path, text)
  return path
}

/** The first members of the demo's rows that a server stores. */
const good = demoDataValues().filter(({ fault }) => fault === null)
const line = ({
  dataElement,
  period,
  orgUnit,
  categoryOptionCombo,
  attributeOptionCombo,
  value,
}: (typeof good)[number]) => [dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo, value].join(',')

describe('dhis2-org-units', () => {
  it('counts the whole hierarchy by level, and keeps it as CSV', async () => {
    serve('2.42', 'full')

    const { state, result, artifacts } = await runFlow(dhis2OrgUnits, { outputDir: folder }, { blocks: BLOCKS })

    expect(state.type).toBe('completed')
    expect(result).toMatchObject({ total: 1332, depthRange: { min: 0, max: 3 }, withoutPath: 0 })
    expect(result?.levels.map(({ units }) => units)).toEqual([1, 13, 152, 1166])
    const rows = await collect(readRecords(join(folder, 'org_units.csv')))
    expect(rows).toHaveLength(1332)
    expect(rows[0]?.fields).toHaveProperty('hierarchy_depth')
    expect(artifacts.map(({ key }) => key)).toEqual(['dhis2-org-units-summary', 'dhis2-org-units'])
    expect(JSON.stringify(artifacts[0])).toContain('**1,332 organisation units** on 4 levels')
  })

  it('F114 says whether it ran by hand or as a deployment', async () => {
    serve('2.42')
    const titleOf = ({ artifacts }: { artifacts: readonly { key: string | null; description: string | null }[] }) =>
      artifacts.find(({ key }) => key === 'dhis2-org-units')?.description

    const byHand = await runFlow(dhis2OrgUnits, { outputDir: folder }, { blocks: BLOCKS })
    const deployed = await runFlow(
      dhis2OrgUnits,
      { outputDir: folder },
      { blocks: BLOCKS, deployment: { id: 'd', name: 'nightly', scheduleSlug: null } },
    )

    expect([titleOf(byHand), titleOf(deployed)]).toEqual([
      'Organisation units by level (local)',
      'Organisation units by level (nightly)',
    ])
  })

  it('ends failed with what to do when the password is wrong, and asks once', async () => {
    serve('2.42')
    const blocks = [
      { block: dhis2, name: 'dhis2', values: { baseUrl: 'http://dhis2.test', username: 'admin', password: 'wrong' } },
    ]

    const { state, run, waitsMs } = await runFlow(dhis2OrgUnits, { outputDir: folder }, { blocks })

    expect(state.type).toBe('failed')
    expect(run.failure).toMatchObject({ code: 'http/auth', hint: expect.any(String) })
    expect(waitsMs).toEqual([])
  })
})

describe('dhis2-indicators', () => {
  it('scores what parses and lists what does not, with its position', async () => {
    serve('2.43', 'full')

    const { result, artifacts } = await runFlow(dhis2Indicators, { outputDir: folder }, { blocks: BLOCKS })

    expect(result?.distribution.reduce((sum, { indicators }) => sum + indicators, 0)).toBe(
      (result?.total ?? 0) - (result?.broken ?? 0),
    )
    expect(result?.broken).toBeGreaterThan(0)
    const broken = artifacts.find(({ key }) => key === 'dhis2-indicators-broken')?.content
    expect(
      broken?.kind === 'table' &&
        broken.rows.every(({ problem }) => typeof problem === 'string' && /position \d+/.test(problem)),
    ).toBe(true)
  })

  it('F222 prints the bounds of its bins, and other bounds put words elsewhere', async () => {
    serve('2.42', 'full')

    const usual = await runFlow(dhis2Indicators, { outputDir: folder }, { blocks: BLOCKS })
    const strict = await runFlow(dhis2Indicators, { outputDir: folder, bins: [0, 1, 2] }, { blocks: BLOCKS })

    expect(usual.result?.distribution.map(({ score }) => score)).toEqual(['0–1', '2–3', '4–6', '7 and more'])
    expect(strict.result?.distribution.map(({ score }) => score)).toEqual(['0–0', '1–1', '2–2', '3 and more'])
    expect(strict.result?.distribution[3]?.indicators).toBeGreaterThan(
      usual.result?.distribution[3]?.indicators ?? Infinity,
    )
  })
})

describe.each(['2.42', '2.43'] as const)('dhis2-data-value-push to %s', (personality) => {
  it('stores the good rows, names each bad one, and finds all unchanged the second time', async () => {
    const { state: server } = serve(personality)
    const file = csv(demoCsv())

    const first = await runFlow(dhis2DataValuePush, { file, outputDir: folder }, { blocks: BLOCKS })
    const second = await runFlow(dhis2DataValuePush, { file, outputDir: folder }, { blocks: BLOCKS })

    expect(first.state.name).toBe('CompletedWithErrors')
    expect(first.result?.counts).toEqual({ created: good.length, updated: 0, unchanged: 0, refused: 10, unknown: 0 })
    expect(second.result?.counts).toEqual({ created: 0, updated: 0, unchanged: good.length, refused: 10, unknown: 0 })
    expect(server.values.size).toBe(good.length)
    const ledger = await collect(readRecords(join(folder, 'ledger.csv')))
    expect(ledger).toHaveLength(good.length + 10)
    expect(
      ledger.filter(({ fields }) => fields['outcome'] === 'refused').every(({ fields }) => fields['message'] !== ''),
    ).toBe(true)
  })

  it('updates a value that changed and leaves the others', async () => {
    serve(personality)
    const rows = good.slice(0, 5)
    await runFlow(
      dhis2DataValuePush,
      { file: csv([CSV_HEADER, ...rows.map(line)].join('\n')), outputDir: folder },
      { blocks: BLOCKS },
    )
    const changed = rows.map((row, at) => line(at === 2 ? { ...row, value: String(Number(row.value) + 1) } : row))

    const { result, state } = await runFlow(
      dhis2DataValuePush,
      { file: csv([CSV_HEADER, ...changed].join('\n')), outputDir: folder },
      { blocks: BLOCKS },
    )

    expect(state.name).toBe('Completed')
    expect(result?.counts).toEqual({ created: 0, updated: 1, unchanged: 4, refused: 0, unknown: 0 })
  })

  it('stores nothing on a dry run', async () => {
    const { state: server } = serve(personality)

    const { result } = await runFlow(
      dhis2DataValuePush,
      { file: csv(demoCsv()), dryRun: true, outputDir: folder },
      { blocks: BLOCKS },
    )

    expect(result?.dryRun).toBe(true)
    expect(result?.counts.created).toBe(good.length)
    expect(server.values.size).toBe(0)
  })

  it('R10 fails when not one row could be stored', async () => {
    serve(personality)

    const { state } = await runFlow(
      dhis2DataValuePush,
      { file: csv(`${CSV_HEADER}\nnoSuchEleme,202501,noSuchUnit1,,,1\n`), outputDir: folder },
      { blocks: BLOCKS },
    )

    expect(state).toMatchObject({ type: 'failed', message: expect.stringContaining('not one of 1 rows was stored') })
  })

  it('sends nothing of a file that is cut off', async () => {
    const { state: server } = serve(personality)

    const { run } = await runFlow(
      dhis2DataValuePush,
      { file: csv(`${[CSV_HEADER, ...good.map(line)].join('\n')}\nabc,20`), outputDir: folder },
      { blocks: BLOCKS },
    )

    expect(run.failure).toMatchObject({ code: 'data/file', hint: expect.stringContaining('cut off') })
    expect(server.values.size).toBe(0)
  })

  it('reads a JSON file with an envelope', async () => {
    serve(personality)
    const [row] = good
    const file = join(folder, 'values.json')
    writeFileSync(
      file,
      JSON.stringify({
        period: row?.period,
        orgUnit: row?.orgUnit,
        dataValues: [{ ...row, period: undefined, orgUnit: undefined, value: Number(row?.value) }],
      }),
    )

    const { result } = await runFlow(dhis2DataValuePush, { file, outputDir: folder }, { blocks: BLOCKS })

    expect(result?.counts.created).toBe(1)
  })
})

it('R7 F072 refuses to push through a fallback connection', async () => {
  const blocks = [
    { block: dhis2, name: 'dhis2', values: { baseUrl: 'http://dhis2.test', username: 'admin', password: 'district' } },
  ]
  serve('2.42')
  const { run } = await runFlow(
    dhis2DataValuePush,
    { file: csv(demoCsv()), outputDir: folder },
    {
      blocks,
      open: (block, _name, io) =>
        dhis2.open(dhis2.schema.parse(blocks[0]?.values), { ...io, readOnly: block.slug === dhis2.slug }),
    },
  )

  expect(run.failure?.code).toBe('config/fallback-write')
})
