/**
 * Where a value between two different bounds lies, 0–1. Bounds so far apart that their distance overflows are halved first;
 * only those, for half of the smallest number is 0.
 */
export function shareBetween(value: number, min: number, max: number): number {
  const distance = max - min
  return Number.isFinite(distance) ? (value - min) / distance : (value / 2 - min / 2) / (max / 2 - min / 2)
}
