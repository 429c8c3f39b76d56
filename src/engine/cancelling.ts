/** The wish to stop, as soon as it is heard. */
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'
import { become, callFlowHooks } from './run-state.ts'
import type { Frame } from './runtime-info.ts'
import { stopKind, stopMessage } from './stop.ts'

/** Says `cancelling` as soon as the run is asked to stop, whatever its body does about it. */
export interface Cancelling {
  /** Resolves when the store knows. */
  announced(): Promise<void>
  /** Somebody else wrote it. */
  askedElsewhere(state: State): Promise<void>
  stop(): void
}

export function followCancellation(frame: Frame): Cancelling {
  const { scope } = frame
  let announced: Promise<void> | undefined
  const announce = async () => {
    const state = newState('cancelling', scope.host.clock.now(), { message: stopMessage(scope.signal.reason) })
    try {
      await become(scope, state, {})
    } catch (error) {
      const present = await scope.host.store?.runs.get(scope.run.id)
      if (present?.state.type !== 'cancelling') throw error
      scope.run = { ...scope.run, state: present.state }
    }
    await callFlowHooks(frame, 'onCancellation', scope.run.state)
  }
  const heard = () => {
    if (stopKind(scope.signal.reason) !== 'cancelled') return
    announced ??= announce()
    announced.catch(() => {}) // whoever waits for it hears of it
  }
  scope.signal.addEventListener('abort', heard, { once: true })
  return {
    async announced() {
      if (scope.signal.aborted) heard()
      await announced
    },
    async askedElsewhere(state) {
      announced ??= callFlowHooks(frame, 'onCancellation', state)
      await announced
    },
    stop: () => scope.signal.removeEventListener('abort', heard),
  }
}
