/**
 * Breakpoints of the US EPA Air Quality Index.
 *
 * Source: 40 CFR 58, Appendix G; EPA-454/B-24-002 (2024). The 2024 table differs from that of 2012 in PM2.5 only and has
 * been in force since 6 May 2024; both are kept, because series cross the change.
 *
 * Concentrations are whole numbers in the step to which the pollutant is truncated (thousandths of a ppm for ozone,
 * tenths for PM2.5 and CO, units for the rest), so that no comparison depends on a binary fraction.
 */

export const POLLUTANTS = ['o3-8h', 'o3-1h', 'pm25', 'pm10', 'co', 'so2-1h', 'so2-24h', 'no2'] as const

/**
 * With the unit of the table: O3 and CO in ppm; SO2 and NO2 in ppb; PM in µg/m³. PM, and `so2-24h`, are 24-hour means,
 * CO an 8-hour mean, NO2 a 1-hour value.
 */
export type Pollutant = (typeof POLLUTANTS)[number]

export type EpaScheme = 'us-epa-2024' | 'us-epa-2012'

/** One row: the concentrations in steps and the index values that they stand for, both ends included. */
export interface Breakpoint {
  readonly lowStep: number
  readonly highStep: number
  readonly lowIndex: number
  readonly highIndex: number
}

export interface PollutantTable {
  /** Steps in one unit of concentration: 1000 keeps three decimals. */
  readonly stepsPerUnit: 1 | 10 | 1000
  readonly unit: 'ppm' | 'ppb' | 'µg/m³'
  readonly rows: readonly Breakpoint[]
  /** Below the first row and above the last there is no index, unless the last row's line goes on. */
  readonly goesOn: boolean
}

const INDEX_EDGES = [
  [0, 50],
  [51, 100],
  [101, 150],
  [151, 200],
  [201, 300],
  [301, 500],
] as const

/** Rows from their concentration edges, beginning at the class number `first`. */
function rows(edges: readonly (readonly [low: number, high: number])[], first: number = 0): Breakpoint[] {
  return edges.map(([lowStep, highStep], at) => {
    const [lowIndex, highIndex] = INDEX_EDGES[first + at] ?? [301, 500]
    return { lowStep, highStep, lowIndex, highIndex }
  })
}

const COMMON: Readonly<Record<Exclude<Pollutant, 'pm25'>, PollutantTable>> = {
  // above 0.200 ppm the 8-hour value has no index: the 1-hour value is used
  'o3-8h': {
    stepsPerUnit: 1000,
    unit: 'ppm',
    goesOn: false,
    rows: rows([
      [0, 54],
      [55, 70],
      [71, 85],
      [86, 105],
      [106, 200],
    ]),
  },
  'o3-1h': {
    stepsPerUnit: 1000,
    unit: 'ppm',
    goesOn: true,
    rows: rows(
      [
        [125, 164],
        [165, 204],
        [205, 404],
        [405, 604],
      ],
      2,
    ),
  },
  pm10: {
    stepsPerUnit: 1,
    unit: 'µg/m³',
    goesOn: true,
    rows: rows([
      [0, 54],
      [55, 154],
      [155, 254],
      [255, 354],
      [355, 424],
      [425, 604],
    ]),
  },
  co: {
    stepsPerUnit: 10,
    unit: 'ppm',
    goesOn: true,
    rows: rows([
      [0, 44],
      [45, 94],
      [95, 124],
      [125, 154],
      [155, 304],
      [305, 504],
    ]),
  },
  // from 305 ppb on, the 24-hour mean decides
  'so2-1h': {
    stepsPerUnit: 1,
    unit: 'ppb',
    goesOn: false,
    rows: rows([
      [0, 35],
      [36, 75],
      [76, 185],
      [186, 304],
    ]),
  },
  'so2-24h': {
    stepsPerUnit: 1,
    unit: 'ppb',
    goesOn: true,
    rows: rows(
      [
        [305, 604],
        [605, 1004],
      ],
      4,
    ),
  },
  no2: {
    stepsPerUnit: 1,
    unit: 'ppb',
    goesOn: true,
    rows: rows([
      [0, 53],
      [54, 100],
      [101, 360],
      [361, 649],
      [650, 1249],
      [1250, 2049],
    ]),
  },
}

const PM25: Readonly<Record<EpaScheme, readonly Breakpoint[]>> = {
  'us-epa-2024': rows([
    [0, 90],
    [91, 354],
    [355, 554],
    [555, 1254],
    [1255, 2254],
    [2255, 3254],
  ]),
  // the old table cut the last class in two
  'us-epa-2012': [
    ...rows([
      [0, 120],
      [121, 354],
      [355, 554],
      [555, 1504],
      [1505, 2504],
    ]),
    { lowStep: 2505, highStep: 3504, lowIndex: 301, highIndex: 400 },
    { lowStep: 3505, highStep: 5004, lowIndex: 401, highIndex: 500 },
  ],
}

export function epaTable(pollutant: Pollutant, scheme: EpaScheme): PollutantTable {
  if (pollutant !== 'pm25') return COMMON[pollutant]
  return { stepsPerUnit: 10, unit: 'µg/m³', goesOn: true, rows: PM25[scheme] }
}
