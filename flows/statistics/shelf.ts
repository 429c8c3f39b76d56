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
]
