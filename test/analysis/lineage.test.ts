import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assessQuality,
  brokenLinks,
  contentHash,
  datasetEvent,
  facetsBy,
  jobEvent,
  lineageEntry,
  lineageSummary,
  profile,
  runEvent,
  shortHash,
  type LineageEntry,
} from '../../src/analysis/index.ts'

const records = [
  { id: 1, value: 80 },
  { id: 2, value: 30 },
  { id: 4, value: 10 },
]
const kept = records.filter(({ value }) => value >= 20)

const stage = (name: string, input: readonly unknown[], output: readonly unknown[]): LineageEntry =>
  lineageEntry({ stage: name, operation: name, input, output, timestamp: '2026-01-31T06:00:00Z' })

describe('the hash of a data set', () => {
  it('F223 is shown by 16 lower-case digits of a SHA-256 that is kept whole', () => {
    const hash = contentHash(records)

    expect(hash).toMatch(/^sha256-jcs:[0-9a-f]{64}$/)
    expect(shortHash(hash)).toMatch(/^[0-9a-f]{16}$/)
    // Python 3: hashlib.sha256(('[' + ','.join(sorted(json.dumps(r, separators=(',', ':'), sort_keys=True) for r in records)) + ']').encode())
    expect(shortHash(hash)).toBe('04b39e327ba901d6')
  })

  it('F223 does not depend on the order of records or keys, but on repeats and on every value', () => {
    const hash = contentHash(records)

    expect(contentHash(records.toReversed())).toBe(hash)
    expect(contentHash(records.map(({ id, value }) => ({ value, id })))).toBe(hash)
    expect(contentHash([...records, { id: 1, value: 80 }])).not.toBe(hash)
    expect(contentHash([{ id: 1, value: 81 }, ...records.slice(1)])).not.toBe(hash)
  })

  it('F223 is the same for any shuffle', () => {
    const record = fc.record({ id: fc.integer(), name: fc.string({ unit: 'grapheme' }) })

    fc.assert(
      fc.property(fc.array(record), fc.nat(), (some, shift) => {
        const at = some.length === 0 ? 0 : shift % some.length

        expect(contentHash([...some.slice(at), ...some.slice(0, at)])).toBe(contentHash(some))
      }),
    )
  })
})

describe('the chain of stages', () => {
  it('F224 begins each stage with what the one before left', () => {
    const chain = [stage('ingest', records, records), stage('filter', records, kept), stage('enrich', kept, kept)]

    expect(chain[1]).toEqual({
      stage: 'filter',
      operation: 'filter',
      inputHash: chain[0]?.outputHash,
      outputHash: contentHash(kept),
      recordsIn: 3,
      recordCount: 2,
      dropped: {},
      timestamp: '2026-01-31T06:00:00Z',
      codeVersion: null,
      parametersHash: null,
    })
    expect(brokenLinks(chain)).toEqual([])
  })

  it('F224 names the stage that began with something else', () => {
    const chain = [stage('ingest', records, records), stage('filter', kept, kept)]

    expect(brokenLinks(chain)).toMatchObject([{ stage: 'filter', after: 'ingest' }])
    expect(() => lineageSummary(chain)).toThrow(
      expect.objectContaining({
        code: 'data/value',
        message: `stage "filter" began with ${shortHash(contentHash(kept))}, but "ingest" left ${shortHash(contentHash(records))}`,
      }),
    )
  })

  it('F224 keeps reasons, code version and a digest of the parameters', () => {
    const entry = lineageEntry({
      stage: 'filter',
      operation: 'value ≥ 20',
      input: records,
      output: kept,
      timestamp: '2026-01-31T06:00:00Z',
      dropped: { 'value below 20': 1 },
      codeVersion: '0.1.0',
      parameters: { least: 20 },
    })

    expect(entry).toMatchObject({
      dropped: { 'value below 20': 1 },
      codeVersion: '0.1.0',
      parametersHash: contentHash([{ least: 20 }]),
    })
  })

  it('F225 tells the stages that changed the data from those that passed it through', () => {
    const chain = [
      stage('ingest', records, records),
      stage('keep all', records, records.toReversed()),
      stage('filter', records, kept),
    ]

    expect(lineageSummary(chain)).toEqual({
      stageCount: 3,
      modified: ['filter'],
      passedThrough: ['ingest', 'keep all'],
      totalRecordsProcessed: 8,
    })
    expect(lineageSummary([])).toEqual({ stageCount: 0, modified: [], passedThrough: [], totalRecordsProcessed: 0 })
  })
})

describe('OpenLineage', () => {
  const producer = 'https://example.org/d2flow/0.1.0'
  const facet = facetsBy(producer)
  const event = {
    eventTime: '2026-01-31T06:00:00Z',
    producer,
    job: { namespace: 'd2flow', name: 'gdp-comparison' },
  }
  const run = { runId: '0190163d-8694-739b-aea5-966c26f8ad90' }

  it('builds the three kinds of events, each with its schema', () => {
    const dataset = { namespace: 'file', name: 'values.csv' }

    expect(runEvent({ ...event, eventType: 'START', run, inputs: [dataset] })).toEqual({
      ...event,
      eventType: 'START',
      run,
      inputs: [dataset],
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    })
    expect(jobEvent(event).schemaURL).toMatch(/#\/\$defs\/JobEvent$/)
    expect(datasetEvent({ eventTime: event.eventTime, producer, dataset })).not.toHaveProperty('job')
  })

  it.each([
    ['a run id that is no UUID', { run: { runId: 'brave-otter' } }],
    ['a time without its offset', { eventTime: '2026-01-31T06:00:00' }],
    ['a producer that is no URI', { producer: 'd2flow' }],
  ])('refuses %s', (_, wrong) => {
    expect(() => runEvent({ ...event, eventType: 'START', run, ...wrong })).toThrow(
      expect.objectContaining({ code: 'data/value' }),
    )
  })

  it('maps quality rules one to one, whatever their severity', () => {
    const assessment = assessQuality(
      [{ id: 1 }, { id: null }],
      [
        { name: 'id is there', ruleType: 'not_null', column: 'id', severity: 'warn' },
        { name: 'enough', ruleType: 'completeness', params: { expected: 2 } },
      ],
    )

    expect(facet.dataQualityAssertions(assessment)).toEqual({
      dataQualityAssertions: {
        _producer: producer,
        _schemaURL: 'https://openlineage.io/spec/facets/1-1-0/DataQualityAssertionsDatasetFacet.json',
        assertions: [
          { assertion: 'id is there', success: false, column: 'id', severity: 'warn', actual: '0.5' },
          { assertion: 'enough', success: true, severity: 'error', actual: '1' },
        ],
      },
    })
  })

  it('measures columns by their profile', () => {
    const { dataQualityMetrics } = facet.dataQualityMetrics(profile([{ a: 1 }, { a: 3 }, { a: null }]))

    expect(dataQualityMetrics).toMatchObject({
      rowCount: 3,
      columnMetrics: {
        a: {
          nullCount: 1,
          distinctCount: 2,
          count: 2,
          sum: 4,
          min: 1,
          max: 3,
          quantiles: { '0.25': 1.5, '0.5': 2, '0.75': 2.5 },
        },
      },
    })
  })

  it('gives every facet its producer and the address of its schema', () => {
    const all = {
      ...facet.schema([{ name: 'id', type: 'number' }]),
      ...facet.columnLineage({ total: [{ namespace: 'file', name: 'values.csv', field: 'value' }] }),
      ...facet.outputStatistics({ rowCount: 3 }),
      ...facet.inputStatistics({ rowCount: 3 }),
      ...facet.datasetVersion(contentHash(records)),
      ...facet.parent({ run, job: event.job }),
      ...facet.errorMessage('no such file'),
      ...facet.jobType({ processingType: 'BATCH' }),
      ...facet.nominalTime(event.eventTime),
      ...facet.stages([stage('filter', records, kept)]),
    }

    expect(Object.keys(all)).toEqual([
      'schema',
      'columnLineage',
      'outputStatistics',
      'inputStatistics',
      'version',
      'parent',
      'errorMessage',
      'jobType',
      'nominalTime',
      'd2flow_stages',
    ])
    for (const each of Object.values(all)) {
      expect(each._producer).toBe(producer)
      expect(URL.canParse(each._schemaURL)).toBe(true)
    }
  })
})
