/** What each indicator counts, when nobody has said so. */
import { DataError } from '../base/errors.ts'

/** Scores of all places by indicator, 0–1, each in the same order of places. */
export type ScoreColumns = Readonly<Record<string, readonly (number | null)[]>>

/** The same for all. */
export function equalWeights<Indicator extends string>(indicators: readonly Indicator[]): Record<Indicator, number> {
  return Object.fromEntries(indicators.map((name) => [name, 1 / indicators.length])) as Record<Indicator, number>
}

/**
 * More for indicators that tell places apart: 1 − entropy of the scores as shares of their sum, divided by the sum over
 * indicators (Shannon; Zeleny 1982). Indicators that are equal everywhere count nothing. Places with a missing score are
 * left out of all.
 *
 * @throws DataError `data/too-few-points` below two complete places; `data/value` for a score below 0
 * @throws DataError `data/ill-conditioned` when no indicator tells places apart
 */
export function entropyWeights(columns: ScoreColumns): Record<string, number> {
  const { names, scores } = complete(columns)
  const diversity = scores.map((column, index) => {
    const total = column.reduce((sum, score) => sum + score, 0)
    if (column.some((score) => score < 0)) {
      throw new DataError('data/value', `the indicator "${names[index]}" has a score below 0`, {
        hint: 'bring it to 0–1 first with indicatorScores',
      })
    }
    if (total === 0) return 0
    const entropy = column.reduce(
      (sum, score) => sum - (score === 0 ? 0 : (score / total) * Math.log(score / total)),
      0,
    )
    // Equal scores leave a rounding error
    return Math.max(0, 1 - entropy / Math.log(column.length) - 1e-15)
  })
  return shares(names, diversity)
}

/**
 * The squared loadings of the first principal component of the correlation matrix: what the indicators have in common, so
 * that those that go together count most. A statement about the data, not about importance.
 *
 * @throws DataError `data/too-few-points` below three complete places
 * @throws DataError `data/ill-conditioned` when an indicator is equal everywhere
 * @see OECD and JRC, Handbook (2008), step 6
 */
export function principalWeights(columns: ScoreColumns): Record<string, number> {
  const { names, scores } = complete(columns)
  const standardised = scores.map((column, index) => {
    const mean = column.reduce((sum, score) => sum + score, 0) / column.length
    const length = Math.hypot(...column.map((score) => score - mean))
    if (!(length > 1e-12 * Math.abs(mean))) {
      throw new DataError('data/ill-conditioned', `the indicator "${names[index]}" is equal everywhere`, {
        hint: 'leave it out: it tells no places apart',
      })
    }
    return column.map((score) => (score - mean) / length)
  })
  const correlations = standardised.map((a) => {
    return standardised.map((b) => a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0))
  })
  return shares(
    names,
    firstEigenvector(correlations).map((loading) => loading * loading),
  )
}

/** Jacobi's rotations until the matrix is diagonal; the vector of the largest value. */
function firstEigenvector(symmetric: readonly (readonly number[])[]): number[] {
  const size = symmetric.length
  const a = symmetric.map((row) => [...row])
  const vectors = symmetric.map((_, i) => symmetric.map((__, j) => (i === j ? 1 : 0)))
  const at = (row: number, column: number): number => a[row]?.[column] ?? 0
  for (let sweep = 0; sweep < 50; sweep += 1) {
    let off = 0
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        off += Math.abs(at(p, q))
        if (Math.abs(at(p, q)) < 1e-300) continue
        const theta = (at(q, q) - at(p, p)) / (2 * at(p, q))
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
        const cosine = 1 / Math.hypot(tangent, 1)
        const sine = tangent * cosine
        for (const row of a) turn(row, p, q, cosine, sine)
        turnRows(a, p, q, cosine, sine)
        for (const row of vectors) turn(row, p, q, cosine, sine)
      }
    }
    if (off < 1e-15) break
  }
  const values = a.map((_, index) => at(index, index))
  const largest = values.indexOf(values.reduce((most, value) => Math.max(most, value), -Infinity))
  return vectors.map((row) => row[largest] ?? 0)
}

function turn(row: number[], p: number, q: number, cosine: number, sine: number): void {
  const [left, right] = [row[p] ?? 0, row[q] ?? 0]
  row[p] = cosine * left - sine * right
  row[q] = sine * left + cosine * right
}

function turnRows(a: number[][], p: number, q: number, cosine: number, sine: number): void {
  const [above, below] = [a[p] ?? [], a[q] ?? []]
  for (const column of above.keys()) {
    const [left, right] = [above[column] ?? 0, below[column] ?? 0]
    above[column] = cosine * left - sine * right
    below[column] = sine * left + cosine * right
  }
}

function complete(columns: ScoreColumns): {
  readonly names: readonly string[]
  readonly scores: readonly (readonly number[])[]
} {
  const names = Object.keys(columns)
  const lengths = new Set(names.map((name) => columns[name]?.length ?? 0))
  if (lengths.size > 1) {
    throw new DataError('data/misaligned', 'the indicators are of different numbers of places', {
      hint: 'give one score for each place, null where there is none',
    })
  }
  const places = Array.from({ length: [...lengths][0] ?? 0 }, (_, place) => place)
  const kept = places.filter((place) => names.every((name) => (columns[name]?.[place] ?? null) !== null))
  if (kept.length < 2) {
    throw new DataError('data/too-few-points', `${kept.length} places have all scores`, {
      hint: 'weights need at least two',
    })
  }
  return { names, scores: names.map((name) => kept.map((place) => columns[name]?.[place] ?? 0)) }
}

function shares(names: readonly string[], sizes: readonly number[]): Record<string, number> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (!(total > 0)) {
    throw new DataError('data/ill-conditioned', 'no indicator tells places apart', { hint: 'use equal weights' })
  }
  return Object.fromEntries(names.map((name, index) => [name, (sizes[index] ?? 0) / total]))
}
