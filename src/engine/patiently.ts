/** A store that is busy or away for a moment is asked again. */
import type { Clock } from '../base/clock.ts'
import { isToolkitError } from '../base/errors.ts'

/** 0.1, 0.2, 0.4 … s: 25 s in all, less than a lease. */
const TRIES = 8

/** @throws whatever the store says in the end, and at once what is not `store/unavailable` */
export async function patiently<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!isToolkitError(error) || error.code !== 'store/unavailable' || tries >= TRIES) throw error
      await clock.sleep(100 * 2 ** tries)
    }
  }
}
