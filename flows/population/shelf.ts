/** Population: how many people live where, and what is known of them. */
import type { Shelf } from '../shelf.ts'

export const population: Shelf = [
  {
    name: 'worldpop-population-stats',
    about: 'How many people live inside this polygon?',
    load: async () => (await import('./worldpop-population-stats.ts')).worldpopPopulationStats,
  },
  {
    name: 'worldpop-country-comparison',
    about: 'Which of these countries has data for this year?',
    load: async () => (await import('./worldpop-country-comparison.ts')).worldpopCountryComparison,
  },
  {
    name: 'worldpop-dataset-catalog',
    about: 'What does WorldPop offer, and for this country?',
    load: async () => (await import('./worldpop-dataset-catalog.ts')).worldpopDatasetCatalog,
  },
]
