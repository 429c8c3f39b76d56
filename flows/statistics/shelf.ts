/** Statistics: a question about numbers each, on sample data or on the caller's own. */
import type { Shelf } from '../shelf.ts'

export const statistics: Shelf = [
  {
    name: 'staged-etl-pipeline',
    about: 'What survives from raw text to a summary, and what was invalid?',
    load: async () => (await import('./staged-etl-pipeline.ts')).stagedEtlPipeline,
  },
  {
    name: 'pipeline-template-factory',
    about: 'How does one pipeline serve several sizes without copies?',
    load: async () => (await import('./pipeline-template-factory.ts')).pipelineTemplateFactory,
  },
  {
    name: 'data-transfer',
    about: 'Did every row arrive unchanged?',
    load: async () => (await import('./data-transfer.ts')).dataTransfer,
  },
  {
    name: 'parallel-export',
    about: 'Can exports run side by side?',
    load: async () => (await import('./parallel-export.ts')).parallelExport,
  },
  {
    name: 'multi-indicator-correlation',
    about: 'Do these indicators move together across countries and years?',
    load: async () => (await import('./multi-indicator-correlation.ts')).multiIndicatorCorrelation,
  },
  {
    name: 'hypothesis-testing',
    about: 'Does a quantity that cannot depend on the other one still seem to correlate with it?',
    load: async () => (await import('./hypothesis-testing.ts')).hypothesisTesting,
  },
  {
    name: 'regression-analysis',
    about: 'Which countries have lower mortality than their spending predicts?',
    load: async () => (await import('./regression-analysis.ts')).regressionAnalysis,
  },
  {
    name: 'star-schema',
    about: 'Which country ranks best on a weighted set of indicators, from a proper fact table?',
    load: async () => (await import('./star-schema.ts')).starSchema,
  },
  {
    name: 'expression-complexity-scoring',
    about: 'Which indicator expressions are hard to read?',
    load: async () => (await import('./expression-complexity-scoring.ts')).expressionComplexityScoring,
  },
  {
    name: 'data-lineage',
    about: 'Which stages changed the data?',
    load: async () => (await import('./data-lineage.ts')).dataLineage,
  },
  {
    name: 'daylight-analysis',
    about: 'How does day length vary with latitude?',
    load: async () => (await import('./daylight-analysis.ts')).daylightAnalysis,
  },
  {
    name: 'demographic-analysis',
    about: 'Which countries are densest, and how are they linked?',
    load: async () => (await import('./demographic-analysis.ts')).demographicAnalysis,
  },
  {
    name: 'financial-time-series',
    about: 'Which currencies swing most, and together with which?',
    load: async () => (await import('./financial-time-series.ts')).financialTimeSeries,
  },
  {
    name: 'hierarchical-data',
    about: 'What does the org-unit tree look like?',
    load: async () => (await import('./hierarchical-data.ts')).hierarchicalData,
  },
  {
    name: 'spatial-data',
    about: 'Where do these features lie?',
    load: async () => (await import('./spatial-data.ts')).spatialData,
  },
  {
    name: 'statistical-aggregation',
    about: 'How do stations and days compare?',
    load: async () => (await import('./statistical-aggregation.ts')).statisticalAggregation,
  },
  {
    name: 'multi-pipeline-orchestrator',
    about: 'Is the whole set of pipelines healthy?',
    load: async () => (await import('./multi-pipeline-orchestrator.ts')).multiPipelineOrchestrator,
  },
  {
    name: 'grand-capstone',
    about: 'Does everything work together?',
    load: async () => (await import('./grand-capstone.ts')).grandCapstone,
  },
]
