/**
 * A source of random numbers that says the same after the same seed: numbers from 0 up to, but not, 1.
 *
 * Mulberry32 (Ettinger 2017), 32 bits of state: good for simulation and resampling, not for secrets.
 *
 * @example const random = seededRandom(42); [random(), random()]
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
