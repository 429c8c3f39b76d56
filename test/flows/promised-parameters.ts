/**
 * What the flow catalogue promises of parameters: name and default, flow by flow. A person wrote it down from the
 * catalogue, so that a default which is changed in a flow is changed on purpose. Deviations: docs/decisions/024.
 */
import type { JsonValue } from 'd2flow'

/** Nothing is promised of parameters that do not stand here. */
export const PROMISED_PARAMETERS: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {
  // statistics and climate, on sample data
  'air-quality-index': { cities: ['Oslo', 'Bergen', 'Trondheim', 'Stavanger'], data: 'sample' },
  'composite-risk-assessment': {
    locations: ['Coastal-A', 'Coastal-B', 'Coastal-C', 'Inland-D'],
    marineWeight: 0.6,
    floodWeight: 0.4,
  },
  'multi-indicator-correlation': {
    countries: ['Norway', 'Sweden', 'Finland'],
    years: [2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019, 2020],
    fillForward: true,
    data: 'sample',
  },
  'hypothesis-testing': { days: 365, alpha: 0.05 },
  'regression-analysis': {
    countries: ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Eta', 'Theta', 'Iota', 'Kappa'],
    top: 3,
    data: 'sample',
  },
  'star-schema': { weights: [0.4, 0.35, 0.25] },
  'expression-complexity-scoring': { bins: [2, 4, 8] },
  'staged-etl-pipeline': { min: 0, max: 1_000 },
  'pipeline-template-factory': {
    instances: [
      { template: 'etl_basic', overrides: { batchSize: 50 } },
      { template: 'etl_basic', overrides: { batchSize: 500 } },
      { template: 'etl_full', overrides: {} },
      { template: 'etl_full', overrides: { batchSize: 1_000, passRate: 0.8 } },
    ],
    run: false,
  },
  'data-lineage': { minValue: 20, highFrom: 50 },
  'daylight-analysis': {
    cities: [
      { name: 'Tromso', latitude: 69.6 },
      { name: 'Oslo', latitude: 59.9 },
      { name: 'London', latitude: 51.5 },
      { name: 'Nairobi', latitude: -1.3 },
    ],
  },
  'financial-time-series': {
    currencies: ['EUR', 'GBP', 'JPY', 'CHF', 'SEK', 'NOK'],
    days: 100,
    window: 20,
    limit: 2,
  },
  'statistical-aggregation': { stations: ['North', 'South', 'East', 'West'], days: 7 },
  'multi-pipeline-orchestrator': { records: 50 },
  'grand-capstone': { rows: 30, highFrom: 100 },

  // population
  'worldpop-population-stats': { year: 2020, runAsync: false, pollMs: 5_000, timeoutMs: 120_000 },
  'worldpop-dataset-catalog': { dataset: 'pop', subdataset: 'wpgp', iso3: 'ETH' },
  'worldpop-country-comparison': { countries: ['ETH', 'KEN', 'TZA', 'UGA', 'RWA'], year: 2020 },

  // economy
  'country-profile': {
    iso3: 'ETH',
    year: 2023,
    indicators: ['SP.POP.TOTL', 'NY.GDP.MKTP.CD', 'NY.GDP.PCAP.CD', 'SP.DYN.LE00.IN', 'SE.ADT.LITR.ZS', 'SH.DYN.MORT'],
  },
  'gdp-comparison': { countries: ['USA', 'CHN', 'JPN', 'DEU', 'IND', 'GBR', 'FRA'], year: 2023 },
  'indicator-timeseries': { iso3: 'ETH', indicator: 'SP.POP.TOTL', from: 2000, to: 2023 },
  'poverty-analysis': { countries: ['ETH', 'KEN', 'TZA', 'NGA', 'IND', 'BGD', 'VNM'], from: 2010, to: 2023 },

  // DHIS2, and exports to object storage
  's3-parquet-export': { rows: 500, localCopy: false },
  'dhis2-connection': { instance: 'dhis2' },
  'dhis2-org-units': { instance: 'dhis2', outputDir: null },
  'dhis2-indicators': { instance: 'dhis2', bins: [1, 3, 6], outputDir: null },
  'dhis2-geoparquet-export': { instance: 'dhis2', localCopy: false },

  // pipelines
  'multi-file-batch': { keyFields: ['id', 'name'] },
  'api-pagination': { total: 45, pageSize: 10, chunkSize: 15 },
  'cross-source-enrichment': { records: 10 },
  'response-caching': { ttlMs: 300_000 },
  'config-driven-pipeline': {
    pipeline: {
      name: 'default',
      failFast: true,
      stages: [
        { type: 'extract', enabled: true, params: { count: 20 } },
        { type: 'validate', enabled: true, params: { minValue: 50 } },
        { type: 'transform', enabled: true, params: { multiplier: 1.5 } },
        { type: 'load', enabled: true, params: {} },
      ],
    },
  },
  'circuit-breaker': {
    outcomes: [true, true, false, false, false, true, true, false, true, true],
    threshold: 3,
    coolDownMs: 0,
  },
  'streaming-batch': { windowSize: 20 },
  'error-recovery': { records: 5, multiplier: 2, failOn: null },

  // patterns
  'sla-monitoring': { limitsMs: { extract: 500, transform: 500 }, otherwiseMs: 1_000 },
  'notification-blocks': { webhook: 'ops-webhook' },
}
