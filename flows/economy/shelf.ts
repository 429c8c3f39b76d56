/** Economy: what the World Bank's figures say about countries. */
import type { Shelf } from '../shelf.ts'

export const economy: Shelf = [
  {
    name: 'country-profile',
    about: 'How does this country look in six figures?',
    load: async () => (await import('./country-profile.ts')).countryProfile,
  },
  {
    name: 'gdp-comparison',
    about: 'Which of these economies was largest?',
    load: async () => (await import('./gdp-comparison.ts')).gdpComparison,
  },
  {
    name: 'indicator-timeseries',
    about: 'How did this indicator change?',
    load: async () => (await import('./indicator-timeseries.ts')).indicatorTimeseries,
  },
  {
    name: 'poverty-analysis',
    about: 'Is poverty falling?',
    load: async () => (await import('./poverty-analysis.ts')).povertyAnalysis,
  },
]
