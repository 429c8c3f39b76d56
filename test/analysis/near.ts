import { expect } from 'vitest'

/** Matches a number within a relative distance, 1e-12 unless told; of 0, within that distance itself. */
export function near(expected: number, relative = 1e-12): number {
  const matcher: unknown = expect.toSatisfy(
    (actual: unknown) =>
      typeof actual === 'number' && Math.abs(actual - expected) <= relative * (expected === 0 ? 1 : Math.abs(expected)),
    `is within ${relative} of ${expected}`,
  )
  return matcher as number
}
