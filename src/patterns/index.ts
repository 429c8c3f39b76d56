/** The door `d2flow/patterns`: ways to build pipelines that lose nothing, none of which needs the engine. */
export { openCheckpoint, type Checkpoint, type CheckpointOptions } from './checkpoint.ts'
export {
  askCircuit,
  CLOSED_CIRCUIT,
  createCircuitBreaker,
  replayOutcomes,
  settleCircuit,
  type Admission,
  type Circuit,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitSettings,
  type CircuitStep,
  type Outcome,
} from './circuit-breaker.ts'
export { deduplicate, recordKey, type Deduplicated } from './deduplicate.ts'
export {
  consumePackages,
  dropPackage,
  type ConsumedPackage,
  type ConsumeOptions,
  type Consumption,
  type DropOptions,
  type PackageMetadata,
} from './drop-box.ts'
export { openOperations, operationId, type Operations, type Performed } from './idempotent.ts'
export {
  newFiles,
  processNewFiles,
  readManifest,
  type FailedFile,
  type Manifest,
  type ProcessedFile,
  type Processing,
  type ProcessNewFilesOptions,
} from './manifest.ts'
export { quarantine, type Quarantined, type QuarantineOptions } from './quarantine.ts'
export {
  createResponseCache,
  responseKey,
  type CacheStatistics,
  type ResponseCache,
  type ResponseCacheOptions,
} from './response-cache.ts'
export {
  PipelineConfig,
  runStages,
  StageConfig,
  stageType,
  type PipelineReport,
  type RunStagesOptions,
  type StageReport,
  type StageStatus,
  type StageType,
  type StageTypes,
} from './staged.ts'
export {
  createTemplate,
  instantiateTemplate,
  type PipelineInstance,
  type PipelineTemplate,
  type TemplateOptions,
  type TemplateStage,
} from './template.ts'
