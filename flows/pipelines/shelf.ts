/** Pipelines: files, checks and stages, one idea each. */
import type { Shelf } from '../shelf.ts'

export const pipelines: Shelf = [
  {
    name: 'csv-file-processing',
    about: 'How is a CSV file read, changed and written again?',
    load: async () => (await import('./csv-file-processing.ts')).csvFileProcessing,
  },
  {
    name: 'json-event-ingestion',
    about: 'How do nested JSON events become flat rows?',
    load: async () => (await import('./json-event-ingestion.ts')).jsonEventIngestion,
  },
  {
    name: 'multi-file-batch',
    about: 'How do files of several kinds become one set of records?',
    load: async () => (await import('./multi-file-batch.ts')).multiFileBatch,
  },
  {
    name: 'incremental-processing',
    about: 'Which files are new?',
    load: async () => (await import('./incremental-processing.ts')).incrementalProcessing,
  },
  {
    name: 'error-handling-etl',
    about: 'What becomes of bad records?',
    load: async () => (await import('./error-handling-etl.ts')).errorHandlingEtl,
  },
  {
    name: 'record-validation',
    about: 'Which readings are plausible?',
    load: async () => (await import('./record-validation.ts')).recordValidation,
  },
  {
    name: 'quality-rules-engine',
    about: 'How good is this data set?',
    load: async () => (await import('./quality-rules-engine.ts')).qualityRulesEngine,
  },
  {
    name: 'cross-dataset-validation',
    about: 'Which references point nowhere?',
    load: async () => (await import('./cross-dataset-validation.ts')).crossDatasetValidation,
  },
  {
    name: 'data-profiling',
    about: 'What is in these columns?',
    load: async () => (await import('./data-profiling.ts')).dataProfiling,
  },
  {
    name: 'config-driven-pipeline',
    about: 'Can one engine run any list of stages?',
    load: async () => (await import('./config-driven-pipeline.ts')).configDrivenPipeline,
  },
  {
    name: 'error-recovery',
    about: 'Where do we go on after a failure?',
    load: async () => (await import('./error-recovery.ts')).errorRecovery,
  },
  {
    name: 'idempotent-operations',
    about: 'What if an operation is asked for twice?',
    load: async () => (await import('./idempotent-operations.ts')).idempotentOperations,
  },
  {
    name: 'producer-consumer',
    about: 'How do two flows hand over data through a directory?',
    load: async () => (await import('./producer-consumer.ts')).producerConsumer,
  },
  {
    name: 'circuit-breaker',
    about: 'How do we stop calling a service that is down?',
    load: async () => (await import('./circuit-breaker.ts')).circuitBreaker,
  },
  {
    name: 'response-caching',
    about: 'How many calls does a cache save?',
    load: async () => (await import('./response-caching.ts')).responseCaching,
  },
  {
    name: 'api-pagination',
    about: 'How is a paged service read to the end?',
    load: async () => (await import('./api-pagination.ts')).apiPagination,
  },
  {
    name: 'multi-source-forecast',
    about: 'What weather do several cities have?',
    load: async () => (await import('./multi-source-forecast.ts')).multiSourceForecast,
  },
  {
    name: 'cross-source-enrichment',
    about: 'How complete is a record after joining sources?',
    load: async () => (await import('./cross-source-enrichment.ts')).crossSourceEnrichment,
  },
  {
    name: 'streaming-batch',
    about: 'What happens in each window?',
    load: async () => (await import('./streaming-batch.ts')).streamingBatch,
  },
  {
    name: 'pipeline-health-monitor',
    about: "Is yesterday's output usable?",
    load: async () => (await import('./pipeline-health-monitor.ts')).pipelineHealthMonitor,
  },
  {
    name: 'production-pipeline-v2',
    about: 'How do groups of steps, retries and a transaction fit together in one pipeline?',
    load: async () => (await import('./production-pipeline-v2.ts')).productionPipelineV2,
  },
  {
    name: 'production-pipeline-v3',
    about: 'How does a full file pipeline look?',
    load: async () => (await import('./production-pipeline-v3.ts')).productionPipelineV3,
  },
  {
    name: 's3-parquet-export',
    about: 'Can readings be kept as Parquet in object storage?',
    load: async () => (await import('./s3-parquet-export.ts')).s3ParquetExport,
  },
]
