/**
 * Events of OpenLineage 2-0-2, as plain values: where they go (a file, the console, a server) is for others to decide.
 *
 * @see https://openlineage.io/spec/2-0-2/OpenLineage.json and the facets beside it
 */
import { DataError } from '../base/errors.ts'
import type { QualityAssessment } from './assess-quality.ts'
import type { LineageEntry } from './lineage.ts'
import type { Profile } from './profile.ts'

const SPEC = 'https://openlineage.io/spec'
const EVENT_SCHEMA = `${SPEC}/2-0-2/OpenLineage.json`

export type OpenLineageEventType = 'START' | 'RUNNING' | 'COMPLETE' | 'ABORT' | 'FAIL' | 'OTHER'

/** What the events of our run states are called there; states that are no event of theirs are missing. */
export const OPEN_LINEAGE_TYPE_OF_STATE: Readonly<Record<string, OpenLineageEventType>> = {
  running: 'START',
  completed: 'COMPLETE',
  failed: 'FAIL',
  crashed: 'FAIL',
  cancelled: 'ABORT',
}

/** Anything said about a run, a job or a data set beside its name. */
export type Facet = Readonly<Record<string, unknown>> & { readonly _producer: string; readonly _schemaURL: string }
export type Facets = Readonly<Record<string, Facet>>

export interface LineageJob {
  readonly namespace: string
  readonly name: string
  readonly facets?: Facets
}

export interface LineageDataset {
  readonly namespace: string
  readonly name: string
  readonly facets?: Facets
  /** Of a data set that is read. */
  readonly inputFacets?: Facets
  /** Of a data set that is written. */
  readonly outputFacets?: Facets
}

interface EventFacts {
  /** The moment: ISO 8601 with its offset. */
  readonly eventTime: string
  /** Whose code says this: a URI. */
  readonly producer: string
}

export interface RunEvent extends EventFacts {
  readonly schemaURL: string
  readonly eventType: OpenLineageEventType
  readonly run: { readonly runId: string; readonly facets?: Facets }
  readonly job: LineageJob
  readonly inputs?: readonly LineageDataset[]
  readonly outputs?: readonly LineageDataset[]
}

export interface JobEvent extends EventFacts {
  readonly schemaURL: string
  readonly job: LineageJob
  readonly inputs?: readonly LineageDataset[]
  readonly outputs?: readonly LineageDataset[]
}

export interface DatasetEvent extends EventFacts {
  readonly schemaURL: string
  readonly dataset: Pick<LineageDataset, 'namespace' | 'name' | 'facets'>
}

export type OpenLineageEvent = RunEvent | JobEvent | DatasetEvent

/**
 * What happened in a run of a job. A run has one START and one last event (COMPLETE, FAIL or ABORT).
 *
 * @throws DataError `data/value` for a run id that is no UUID, a time that is none, or a producer that is no URI
 */
export function runEvent(event: Omit<RunEvent, 'schemaURL'>): RunEvent {
  checkFacts(event)
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(event.run.runId)) {
    throw refused(`the run id "${event.run.runId}" is no UUID`, 'give each run a UUID and keep it over its events')
  }
  return { ...event, schemaURL: `${EVENT_SCHEMA}#/$defs/RunEvent` }
}

/** What a job is and works on, without any run of it. @throws DataError `data/value` as `runEvent` */
export function jobEvent(event: Omit<JobEvent, 'schemaURL'>): JobEvent {
  checkFacts(event)
  return { ...event, schemaURL: `${EVENT_SCHEMA}#/$defs/JobEvent` }
}

/** What a data set is, without any job. @throws DataError `data/value` as `runEvent` */
export function datasetEvent(event: Omit<DatasetEvent, 'schemaURL'>): DatasetEvent {
  checkFacts(event)
  return { ...event, schemaURL: `${EVENT_SCHEMA}#/$defs/DatasetEvent` }
}

/** Builders of facets that all say the same producer. Each gives `{ key: facet }`, to be spread into `facets`. */
export interface FacetBuilders {
  /** Data set: its columns. */
  schema(fields: readonly SchemaField[]): Facets
  /** Input: counts, sums and quantiles of its columns, from `profile`. */
  dataQualityMetrics(profile: Profile): Facets
  /** Input: the rules that were checked, from `assessQuality`. */
  dataQualityAssertions(assessment: QualityAssessment): Facets
  /** Output: which input column each of its columns was made from. */
  columnLineage(fields: Readonly<Record<string, readonly ColumnSource[]>>): Facets
  /** Output: how much was written. */
  outputStatistics(counts: SizeCounts): Facets
  /** Input: how much was read. */
  inputStatistics(counts: SizeCounts): Facets
  /** Data set: its version, such as its content hash. */
  datasetVersion(version: string): Facets
  /** Run: the run that began this one. */
  parent(parent: ParentRun): Facets
  /** Run: why it failed. */
  errorMessage(message: string, options?: { readonly stackTrace?: string }): Facets
  /** Job: how it works on data. */
  jobType(type: { readonly processingType: 'BATCH' | 'STREAMING'; readonly jobType?: string }): Facets
  /** Run: the time it was meant for. */
  nominalTime(start: string, end?: string): Facets
  /** Run, our own: digests and counts of its stages, from `lineageEntry`. */
  stages(entries: readonly LineageEntry[]): Facets
}

export interface SchemaField {
  readonly name: string
  readonly type?: string
  readonly description?: string
  /** From 1. */
  readonly ordinal_position?: number
  readonly fields?: readonly SchemaField[]
}

export interface ColumnSource {
  readonly namespace: string
  readonly name: string
  readonly field: string
  readonly transformations?: readonly {
    readonly type: 'DIRECT' | 'INDIRECT'
    readonly subtype?: string
    readonly description?: string
    readonly masking?: boolean
  }[]
}

export interface SizeCounts {
  readonly rowCount?: number
  /** In bytes. */
  readonly size?: number
  readonly fileCount?: number
}

export interface ParentRun {
  readonly run: { readonly runId: string }
  readonly job: { readonly namespace: string; readonly name: string }
  readonly root?: {
    readonly run: { readonly runId: string }
    readonly job: { readonly namespace: string; readonly name: string }
  }
}

/**
 * The facets, in the name of one producer. Our own one (`d2flow_stages`) needs the address of its schema, which must never
 * change what it says.
 *
 * @example const facet = facetsBy('https://example.org/d2flow/0.1.0'); facet.datasetVersion('sha256-jcs:…')
 */
export function facetsBy(producer: string, options: { readonly stagesSchemaURL?: string } = {}): FacetBuilders {
  const facet = (key: string, schema: string, content: Readonly<Record<string, unknown>>): Facets => ({
    [key]: { _producer: producer, _schemaURL: `${SPEC}/facets/${schema}`, ...content },
  })
  return {
    schema: (fields) => facet('schema', '1-2-0/SchemaDatasetFacet.json', { fields }),
    dataQualityMetrics: (profile) =>
      facet('dataQualityMetrics', '1-0-3/DataQualityMetricsInputDatasetFacet.json', {
        rowCount: profile.rows,
        columnMetrics: Object.fromEntries(profile.columns.map((column) => [column.column, columnMetrics(column)])),
      }),
    dataQualityAssertions: ({ results }) =>
      facet('dataQualityAssertions', '1-1-0/DataQualityAssertionsDatasetFacet.json', {
        assertions: results.map(({ name, passed, column, severity, score }) => ({
          assertion: name,
          success: passed,
          severity,
          ...(column === '' ? {} : { column }),
          ...(score === null ? {} : { actual: String(score) }),
        })),
      }),
    columnLineage: (fields) =>
      facet('columnLineage', '1-2-0/ColumnLineageDatasetFacet.json', {
        fields: Object.fromEntries(Object.entries(fields).map(([name, inputFields]) => [name, { inputFields }])),
      }),
    outputStatistics: (counts) =>
      facet('outputStatistics', '1-0-2/OutputStatisticsOutputDatasetFacet.json', { ...counts }),
    inputStatistics: (counts) => facet('inputStatistics', '1-0-0/InputStatisticsInputDatasetFacet.json', { ...counts }),
    datasetVersion: (version) => facet('version', '1-0-1/DatasetVersionDatasetFacet.json', { datasetVersion: version }),
    parent: (parent) => facet('parent', '1-2-0/ParentRunFacet.json', { ...parent }),
    errorMessage: (message, { stackTrace } = {}) =>
      facet('errorMessage', '1-0-1/ErrorMessageRunFacet.json', {
        message,
        programmingLanguage: 'TypeScript',
        ...(stackTrace === undefined ? {} : { stackTrace }),
      }),
    jobType: ({ processingType, jobType }) =>
      facet('jobType', '2-0-4/JobTypeJobFacet.json', {
        processingType,
        integration: 'D2FLOW',
        ...(jobType === undefined ? {} : { jobType }),
      }),
    nominalTime: (start, end) =>
      facet('nominalTime', '1-0-1/NominalTimeRunFacet.json', {
        nominalStartTime: start,
        ...(end === undefined ? {} : { nominalEndTime: end }),
      }),
    stages: (entries) => ({
      d2flow_stages: {
        _producer: producer,
        _schemaURL: options.stagesSchemaURL ?? `${producer}/D2flowStagesRunFacet.json`,
        stages: entries,
      },
    }),
  }
}

function columnMetrics(column: Profile['columns'][number]): Readonly<Record<string, unknown>> {
  const counts = { nullCount: column.missing, distinctCount: column.distinct, count: column.count }
  if (column.numbers === null) return counts
  const { n, mean, min, max, lowerQuartile, median, upperQuartile } = column.numbers
  return {
    ...counts,
    sum: mean * n,
    min,
    max,
    quantiles: { '0.25': lowerQuartile, '0.5': median, '0.75': upperQuartile },
  }
}

function checkFacts({ eventTime, producer }: EventFacts): void {
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(eventTime) || Number.isNaN(Date.parse(eventTime))) {
    throw refused(`"${eventTime}" is no moment`, 'write it as 2026-01-31T06:00:00Z, with its offset')
  }
  if (!URL.canParse(producer)) throw refused(`the producer "${producer}" is no URI`, 'name the code and its version')
}

function refused(message: string, hint: string): DataError {
  return new DataError('data/value', message, { hint })
}
