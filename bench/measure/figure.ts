/** One figure, as one JSON line on stdout. */

export interface Figure {
  readonly bench: string
  readonly metric: string
  readonly value: number
  readonly unit: string
  /** How many measurements stand behind it, or how many things were done. */
  readonly n: number
  /** The physical limit, measured in the same run, in the same unit. */
  readonly raw?: number
}

export function printFigure(figure: Figure): void {
  const rounded = (value: number) => Number(value.toPrecision(4))
  console.log(
    JSON.stringify({
      ...figure,
      value: rounded(figure.value),
      ...(figure.raw === undefined ? {} : { raw: rounded(figure.raw) }),
    }),
  )
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [lower = Number.NaN, upper = Number.NaN] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ]
  return (lower + upper) / 2
}
