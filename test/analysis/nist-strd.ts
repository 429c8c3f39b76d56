/**
 * Observations and certified coefficients of NIST's Statistical Reference Datasets (public domain), linear regression.
 *
 * The certified values were found again from the decimal texts in rational arithmetic (Python fractions).
 */
import { multipleRegression, polynomialRegression, type Regression } from 'd2flow/analysis'

export const NORRIS_X = Object.freeze([
  0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777, 558.2, 0.4, 0.6, 775.5, 666.9, 338, 447.5, 11.6, 556,
  228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999, 779, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5,
])
export const NORRIS_Y = Object.freeze([
  0.1, 338.8, 118.1, 888, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8,
  557.7, 228.3, 998, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2,
])
// Prices, national product, unemployed, armed forces, population, year
export const LONGLEY_X = Object.freeze([
  [83, 234289, 2356, 1590, 107608, 1947],
  [88.5, 259426, 2325, 1456, 108632, 1948],
  [88.2, 258054, 3682, 1616, 109773, 1949],
  [89.5, 284599, 3351, 1650, 110929, 1950],
  [96.2, 328975, 2099, 3099, 112075, 1951],
  [98.1, 346999, 1932, 3594, 113270, 1952],
  [99, 365385, 1870, 3547, 115094, 1953],
  [100, 363112, 3578, 3350, 116219, 1954],
  [101.2, 397469, 2904, 3048, 117388, 1955],
  [104.6, 419180, 2822, 2857, 118734, 1956],
  [108.4, 442769, 2936, 2798, 120445, 1957],
  [110.8, 444546, 4681, 2637, 121950, 1958],
  [112.6, 482704, 3813, 2552, 123366, 1959],
  [114.2, 502601, 3931, 2514, 125368, 1960],
  [115.7, 518173, 4806, 2572, 127852, 1961],
  [116.9, 554894, 4007, 2827, 130081, 1962],
])
export const LONGLEY_Y = Object.freeze([
  60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551,
])

export const PONTIUS_Y = Object.freeze([
  0.11019, 0.21956, 0.32949, 0.43899, 0.54803, 0.65694, 0.76562, 0.87487, 0.98292, 1.09146, 1.20001, 1.30822, 1.41599,
  1.52399, 1.63194, 1.73947, 1.84646, 1.95392, 2.06128, 2.16844, 0.11052, 0.22018, 0.32939, 0.43886, 0.54798, 0.65739,
  0.76596, 0.87474, 0.983, 1.0915, 1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965, 1.84696, 1.95445, 2.06177,
  2.16829,
])
export const FILIP_X = Object.freeze([
  -6.860120914, -4.324130045, -4.358625055, -4.358426747, -6.955852379, -6.661145254, -6.355462942, -6.118102026,
  -7.115148017, -6.815308569, -6.519993057, -6.204119983, -5.853871964, -6.109523091, -5.79832982, -5.482672118,
  -5.171791386, -4.851705903, -4.517126416, -4.143573228, -3.709075441, -3.499489089, -6.300769497, -5.953504836,
  -5.642065153, -5.031376979, -4.680685696, -4.329846955, -3.928486195, -8.56735134, -8.363211311, -8.107682739,
  -7.823908741, -7.522878745, -7.218819279, -6.920818754, -6.628932138, -6.323946875, -5.991399828, -8.781464495,
  -8.663140179, -8.473531488, -8.247337057, -7.971428747, -7.676129393, -7.352812702, -7.072065318, -6.774174009,
  -6.478861916, -6.159517513, -6.835647144, -6.53165267, -6.224098421, -5.910094889, -5.598599459, -5.290645224,
  -4.974284616, -4.64454848, -4.290560426, -3.885055584, -3.408378962, -3.13200249, -8.726767166, -8.66695597,
  -8.511026475, -8.165388579, -7.886056648, -7.588043762, -7.283412422, -6.995678626, -6.691862621, -6.392544977,
  -6.067374056, -6.684029655, -6.378719832, -6.065855188, -5.752272167, -5.132414673, -4.811352704, -4.098269308,
  -3.66174277, -3.2644011,
])
export const FILIP_Y = Object.freeze([
  0.8116, 0.9072, 0.9052, 0.9039, 0.8053, 0.8377, 0.8667, 0.8809, 0.7975, 0.8162, 0.8515, 0.8766, 0.8885, 0.8859,
  0.8959, 0.8913, 0.8959, 0.8971, 0.9021, 0.909, 0.9139, 0.9199, 0.8692, 0.8872, 0.89, 0.891, 0.8977, 0.9035, 0.9078,
  0.7675, 0.7705, 0.7713, 0.7736, 0.7775, 0.7841, 0.7971, 0.8329, 0.8641, 0.8804, 0.7668, 0.7633, 0.7678, 0.7697, 0.77,
  0.7749, 0.7796, 0.7897, 0.8131, 0.8498, 0.8741, 0.8061, 0.846, 0.8751, 0.8856, 0.8919, 0.8934, 0.894, 0.8957, 0.9047,
  0.9129, 0.9209, 0.9219, 0.7739, 0.7681, 0.7665, 0.7703, 0.7702, 0.7761, 0.7809, 0.7961, 0.8253, 0.8602, 0.8809,
  0.8301, 0.8664, 0.8834, 0.8898, 0.8964, 0.8963, 0.9074, 0.9119, 0.9228,
])

const WAMPLER_X = Array.from({ length: 21 }, (_, index) => index)
const WAMPLER_1 = WAMPLER_X.map((x) => 1 + x + x ** 2 + x ** 3 + x ** 4 + x ** 5)
/** Orthogonal to all powers up to the fifth: the certified coefficients are 1 whatever it is multiplied by. */
const WAMPLER_NOISE = [
  759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523, -2048,
  2048, -2048, 759,
]
const ONES = [1, 1, 1, 1, 1, 1]
const withNoise = (factor: number) => WAMPLER_1.map((y, index) => y + factor * (WAMPLER_NOISE[index] ?? 0))

export interface ReferenceFit {
  readonly name: string
  readonly fit: () => Regression
  readonly certified: readonly number[]
  /** Significant digits of the worst coefficient that are asked for. */
  readonly digits: number
}

export const NIST_FITS: readonly ReferenceFit[] = [
  {
    name: 'Norris',
    fit: () => polynomialRegression(NORRIS_X, NORRIS_Y, 1),
    certified: [-0.262323073774029, 1.00211681802045],
    digits: 12,
  },
  {
    name: 'Pontius',
    fit: () =>
      polynomialRegression(
        PONTIUS_Y.map((_, index) => 150_000 * ((index % 20) + 1)),
        PONTIUS_Y,
        2,
      ),
    certified: [0.000673565789473684, 7.32059160401003e-7, -3.16081871345029e-15],
    digits: 12,
  },
  {
    name: 'Longley',
    fit: () => multipleRegression(LONGLEY_X, LONGLEY_Y),
    certified: [
      -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
      -0.0511041056535807, 1829.15146461355,
    ],
    digits: 12,
  },
  {
    name: 'NoInt1',
    fit: () =>
      multipleRegression(
        Array.from({ length: 11 }, (_, index) => [60 + index]),
        Array.from({ length: 11 }, (_, index) => 130 + index),
        { intercept: false },
      ),
    certified: [2.07438016528926],
    digits: 14,
  },
  {
    name: 'NoInt2',
    fit: () => multipleRegression([[4], [5], [6]], [3, 4, 4], { intercept: false }),
    certified: [0.727272727272727],
    digits: 14,
  },
  { name: 'Wampler1', fit: () => polynomialRegression(WAMPLER_X, WAMPLER_1, 5), certified: ONES, digits: 13 },
  {
    name: 'Wampler2',
    fit: () =>
      polynomialRegression(
        WAMPLER_X,
        WAMPLER_X.map((x) => 1 + x / 10 + x ** 2 / 100 + x ** 3 / 1000 + x ** 4 / 10_000 + x ** 5 / 100_000),
        5,
      ),
    certified: [1, 0.1, 0.01, 0.001, 0.0001, 0.00001],
    digits: 13,
  },
  { name: 'Wampler3', fit: () => polynomialRegression(WAMPLER_X, withNoise(1), 5), certified: ONES, digits: 11 },
  { name: 'Wampler4', fit: () => polynomialRegression(WAMPLER_X, withNoise(100), 5), certified: ONES, digits: 11 },
  { name: 'Wampler5', fit: () => polynomialRegression(WAMPLER_X, withNoise(10_000), 5), certified: ONES, digits: 9 },
  {
    name: 'Filip',
    fit: () => polynomialRegression(FILIP_X, FILIP_Y, 10),
    certified: [
      -1467.4896142298, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349, -75.1242017393757,
      -10.8753180355343, -1.06221498588947, -0.0670191154593408, -0.00246781078275479, -0.0000402962525080404,
    ],
    digits: 11,
  },
]

/** Correct significant digits of the worst coefficient: NIST's "log relative error", at most 15. */
export function correctDigits({ fit, certified }: ReferenceFit): number {
  const { coefficients } = fit()
  return certified.reduce((least, value, index) => {
    const off = Math.abs((coefficients[index] ?? Number.NaN) - value) / Math.abs(value)
    return Math.min(least, off === 0 ? 15 : -Math.log10(off))
  }, 15)
}
