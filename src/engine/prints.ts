/** What the bodies of a flow with `logPrints` print, as lines of its log. Everything else is printed as ever. */
import { format } from 'node:util'
import type { LogLevel } from '../base/log.ts'
import { currentFrame } from './runtime-info.ts'

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const satisfies Record<
  string,
  LogLevel
>

let captured = false

/** From now on; asking twice changes nothing. */
export function capturePrints(): void {
  if (captured) return
  captured = true
  const { console } = globalThis
  for (const method of Object.keys(LEVELS) as (keyof typeof LEVELS)[]) {
    const print = console[method].bind(console)
    console[method] = (...values: unknown[]) => {
      const frame = currentFrame()
      if (frame?.scope.logPrints === true && !frame.scope.ended) {
        frame.scope.log(frame.step)[LEVELS[method]](format(...values))
      } else print(...values)
    }
  }
}
