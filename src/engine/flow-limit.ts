/** The time limit of one attempt of a flow. Like that of a task it runs on Node's timers and not on the lent clock. */
import { systemClock } from '../base/clock.ts'
import type { RunScope } from './run-scope.ts'
import { timeUp } from './time-limit.ts'

export interface FlowLimit {
  /** Its time stands still until the function that is given is called: a person decides how long they take. */
  hold(): () => void
  stop(): void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Null for a flow that may take as long as it likes. */
export function startFlowLimit(scope: RunScope): FlowLimit | null {
  const { timeoutMs, name } = scope.flow
  if (timeoutMs === null) return null
  let leftMs = timeoutMs
  let holders = 0
  let isOver = false
  let startedAtMs = 0
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    // a body that was left to itself may still let go of it
    if (isOver) return
    startedAtMs = systemClock.monotonicMs()
    timer = setTimeout(() => scope.abort(timeUp(name, timeoutMs)), Math.min(leftMs, LONGEST_TIMER_MS))
  }
  start()
  return {
    hold() {
      holders += 1
      if (holders === 1) {
        clearTimeout(timer)
        leftMs = Math.max(0, leftMs - (systemClock.monotonicMs() - startedAtMs))
      }
      return () => {
        holders -= 1
        if (holders === 0) start()
      }
    },
    stop() {
      isOver = true
      clearTimeout(timer)
    },
  }
}

/** Holds the limit of a run and of the runs that wait for it as their subflow. Gives the way to let them go on. */
export function holdLimits(scope: RunScope): () => void {
  const letGo: (() => void)[] = []
  for (let each: RunScope | null = scope; each !== null; each = each.parent) {
    if (each.limit !== null) letGo.push(each.limit.hold())
  }
  return () => {
    for (const goOn of letGo) goOn()
  }
}
