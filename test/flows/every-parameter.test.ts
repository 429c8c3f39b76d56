/** A parameter that changes nothing is a promise that is not kept. Each is turned once, and something must differ. */
import type { Flow, JsonValue } from 'd2flow'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'
import { bundled } from '../../flows/index.ts'

/** Flow, what is turned, and what else has to be given for it to be seen. */
const TURNED: readonly (readonly [flow: string, turned: Given, beside?: Given])[] = [
  ['air-quality-index', { cities: ['Oslo', 'Bergen'] }],
  ['air-quality-index', { classifyBy: 'sub-index' }],
  ['composite-risk-assessment', { locations: ['Coastal-A'] }],
  ['composite-risk-assessment', { marineWeight: 0.3, floodWeight: 0.7 }],
  ['multi-indicator-correlation', { countries: ['Norway', 'Sweden'] }],
  ['multi-indicator-correlation', { years: [2010, 2011, 2012, 2013] }],
  ['multi-indicator-correlation', { fillForward: false }],
  ['hypothesis-testing', { days: 30 }],
  ['hypothesis-testing', { alpha: 0.95 }],
  ['regression-analysis', { countries: ['A', 'B', 'C', 'D', 'E'] }],
  ['regression-analysis', { top: 1 }],
  ['star-schema', { weights: [0, 1, 0] }],
  ['expression-complexity-scoring', { bins: [1, 2, 3] }],
  ['staged-etl-pipeline', { min: 120 }],
  ['staged-etl-pipeline', { max: 200 }],
  ['pipeline-template-factory', { instances: [{ template: 'etl_basic', overrides: {} }] }],
  ['pipeline-template-factory', { run: true }],
  ['data-lineage', { minValue: 50 }],
  ['data-lineage', { highFrom: 85 }],
  ['data-transfer', { cities: [{ city: 'Bo', population: 1 }] }],
  ['daylight-analysis', { cities: [{ name: 'Quito', latitude: 0 }] }],
  ['financial-time-series', { currencies: ['EUR'] }],
  ['financial-time-series', { days: 50 }],
  ['financial-time-series', { window: 5 }],
  ['financial-time-series', { limit: 1 }],
  ['statistical-aggregation', { stations: ['North'] }],
  ['statistical-aggregation', { days: 3 }],
  ['multi-pipeline-orchestrator', { records: 3 }],
  ['multi-pipeline-orchestrator', { failOn: 'band-records' }],
  ['grand-capstone', { rows: 10 }],
  ['grand-capstone', { highFrom: 50 }],
  ['multi-file-batch', { keyFields: ['name', 'value'] }],
  ['api-pagination', { total: 7 }],
  ['api-pagination', { pageSize: 5 }],
  ['api-pagination', { chunkSize: 5 }],
  ['cross-source-enrichment', { records: 3 }],
  ['response-caching', { ttlMs: 0 }, { requests: [asked(0), asked(1)] }],
  ['circuit-breaker', { outcomes: [true] }],
  ['circuit-breaker', { threshold: 2 }],
  ['circuit-breaker', { coolDownMs: 5_000 }],
  ['streaming-batch', { count: 40 }],
  ['streaming-batch', { seed: 7 }],
  ['streaming-batch', { windowSize: 10 }],
  ['error-recovery', { records: 2 }],
  ['error-recovery', { multiplier: 3 }],
  ['error-recovery', { failOn: 'load' }],
  ['pipeline-health-monitor', { maxHealthyAgeHours: 1 }],
  ['pipeline-health-monitor', { minRows: 13 }],
  ['pipeline-health-monitor', { maxRows: 11, minRows: 1 }, { minRows: 1 }],
  ['pipeline-health-monitor', { column: 'id' }],
  ['pipeline-health-monitor', { min: 50 }],
  ['pipeline-health-monitor', { max: 2_000 }],
  ['production-pipeline-v3', { highFrom: 50 }],
  ['producer-consumer', { consumerId: 'archive' }],
  ['sla-monitoring', { stages: [{ name: 'extract', takesMs: 1 }] }],
  ['sla-monitoring', { limitsMs: { extract: 1 } }],
  ['sla-monitoring', { otherwiseMs: 600 }],
]

type Given = Readonly<Record<string, JsonValue>>

/** A request that comes some time after the one before. */
function asked(afterMs: number) {
  return { endpoint: '/org-units', parameters: {}, afterMs }
}

it.each(TURNED.map(([name, turned, beside = {}]) => ({ name, turned, beside })))(
  'R36 every parameter has an effect: $name $turned',
  async ({ name, turned, beside }) => {
    const [usual, other] = await Promise.all([shownBy(name, beside), shownBy(name, { ...beside, ...turned })])

    expect(other).not.toBe(usual)
  },
)

it.each([...new Set(TURNED.map(([name]) => name))])('and without a change nothing differs: %s', async (name) => {
  expect(await shownBy(name, {})).toBe(await shownBy(name, {}))
})

/** Everything a reader sees of a run, as one text, but for folders of the run and the ids of packages. */
async function shownBy(name: string, params: Given): Promise<string> {
  const flow = await bundled.flows.find((each) => each.name === name)?.load()
  const options = { dueAt: '2026-01-01T00:00:00Z' }
  const { state, result, artifacts } = await runFlow(flow as unknown as Flow<unknown, unknown>, params, options)
  const shown = { state: state.name, result: result ?? null, artifacts: artifacts.map(({ content }) => content) }
  return JSON.stringify(shown)
    .replaceAll(/"[^"]*d2flow-[^"]*"/g, '"folder"')
    .replaceAll(/(_|hash )[0-9a-f]{16}/g, '')
}
