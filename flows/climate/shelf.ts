/** Climate and air: what people breathe, and what threatens the places they live in. */
import type { Shelf } from '../shelf.ts'

export const climate: Shelf = [
  {
    name: 'air-quality-index',
    about: 'Which city has the worst air, and where are limits exceeded?',
    load: async () => (await import('./air-quality-index.ts')).airQualityIndex,
  },
  {
    name: 'composite-risk-assessment',
    about: 'Which location carries the highest combined marine and flood risk?',
    load: async () => (await import('./composite-risk-assessment.ts')).compositeRiskAssessment,
  },
]
