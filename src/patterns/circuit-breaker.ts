/**
 * Not calling a service that is down: closed (calls go through), open (calls are refused at once), half-open (one probe
 * decides).
 *
 * The states and their transitions are plain values and pure functions; `createCircuitBreaker` puts them around a call.
 */
import type { Clock } from '../base/clock.ts'
import { ConfigError, HttpError, isToolkitError } from '../base/errors.ts'

export interface CircuitSettings {
  /** So many failures one after another open it. Default 3. */
  readonly threshold?: number
  /** An open circuit lets a probe through after this time; 0 probes on the next call. Default 30,000. */
  readonly coolDownMs?: number
  /** Or after so many refused calls, instead of a time. */
  readonly coolDownCalls?: number
}

export interface Circuit {
  readonly state: 'closed' | 'open' | 'half-open'
  /** One after another, since the last success. */
  readonly failures: number
  /** How often it opened from closed; a probe that fails is no new trip. */
  readonly trips: number
  /** Calls refused in all. */
  readonly rejected: number
  /** Calls refused since it opened or the last probe failed. */
  readonly rejectedSinceOpen: number
  /** On the caller's clock; null while it is closed. */
  readonly openedAtMs: number | null
}

/** `call` and `probe` go through to the service, `refused` does not. */
export type Admission = 'call' | 'probe' | 'refused'

/** `unknown`: the call ended without saying anything about the service, for example because it was aborted. */
export type Outcome = 'success' | 'failure' | 'unknown'

export const CLOSED_CIRCUIT: Circuit = Object.freeze({
  state: 'closed',
  failures: 0,
  trips: 0,
  rejected: 0,
  rejectedSinceOpen: 0,
  openedAtMs: null,
})

const DEFAULT_THRESHOLD = 3
const DEFAULT_COOL_DOWN_MS = 30_000

/** Whether a call may go through now, and the circuit after asking. The circuit passed in stays as it is. */
export function askCircuit(
  circuit: Circuit,
  settings: CircuitSettings,
  nowMs: number,
): { readonly circuit: Circuit; readonly admission: Admission } {
  if (circuit.state === 'closed') return { circuit, admission: 'call' }
  // while one probe is under way, nobody else is let through
  if (circuit.state === 'open' && hasCooledDown(circuit, settings, nowMs)) {
    return { circuit: { ...circuit, state: 'half-open' }, admission: 'probe' }
  }
  return {
    circuit: { ...circuit, rejected: circuit.rejected + 1, rejectedSinceOpen: circuit.rejectedSinceOpen + 1 },
    admission: 'refused',
  }
}

/** The circuit after a call that was let through has ended. The circuit passed in stays as it is. */
export function settleCircuit(
  circuit: Circuit,
  settings: CircuitSettings,
  admission: Admission,
  outcome: Outcome,
  nowMs: number,
): Circuit {
  if (admission === 'probe') return settleProbe(circuit, outcome, nowMs)
  // a call that began before the circuit opened says nothing about now
  if (circuit.state !== 'closed' || admission === 'refused' || outcome === 'unknown') return circuit
  if (outcome === 'success') return { ...circuit, failures: 0 }
  const failures = circuit.failures + 1
  if (failures < (settings.threshold ?? DEFAULT_THRESHOLD)) return { ...circuit, failures }
  return { ...circuit, state: 'open', failures, trips: circuit.trips + 1, rejectedSinceOpen: 0, openedAtMs: nowMs }
}

function settleProbe(circuit: Circuit, outcome: Outcome, nowMs: number): Circuit {
  switch (outcome) {
    case 'success':
      return { ...circuit, state: 'closed', failures: 0, rejectedSinceOpen: 0, openedAtMs: null }
    case 'failure':
      return { ...circuit, state: 'open', failures: circuit.failures + 1, rejectedSinceOpen: 0, openedAtMs: nowMs }
    case 'unknown':
      // the cool-down is over still: the next call probes
      return { ...circuit, state: 'open' }
  }
}

function hasCooledDown({ rejectedSinceOpen, openedAtMs }: Circuit, settings: CircuitSettings, nowMs: number): boolean {
  if (settings.coolDownCalls !== undefined) return rejectedSinceOpen >= settings.coolDownCalls
  return nowMs - (openedAtMs ?? nowMs) >= (settings.coolDownMs ?? DEFAULT_COOL_DOWN_MS)
}

export interface CircuitStep {
  /** From 1. */
  readonly call: number
  readonly admission: Admission
  /** What the service answered; null for a refused call, which never reached it. */
  readonly outcome: 'success' | 'failure' | null
  /** After the call. */
  readonly state: Circuit['state']
  readonly failures: number
  readonly trips: number
}

/**
 * What a circuit does with calls that would end as these outcomes say, one every `everyMs` (default 1,000). The same
 * outcomes give the same steps.
 *
 * @throws ConfigError `config/params` for a threshold below 1 or a cool-down below 0
 */
export function replayOutcomes(
  outcomes: readonly boolean[],
  settings: CircuitSettings & { readonly everyMs?: number },
): { readonly circuit: Circuit; readonly steps: readonly CircuitStep[] } {
  checkSettings(settings)
  const { everyMs = 1_000 } = settings
  const steps: CircuitStep[] = []
  let circuit: Circuit = CLOSED_CIRCUIT
  for (const [index, succeeds] of outcomes.entries()) {
    const nowMs = index * everyMs
    const asked = askCircuit(circuit, settings, nowMs)
    const { admission } = asked
    const outcome = succeeds ? 'success' : 'failure'
    circuit =
      admission === 'refused' ? asked.circuit : settleCircuit(asked.circuit, settings, admission, outcome, nowMs)
    const { state, failures, trips } = circuit
    steps.push({
      call: index + 1,
      admission,
      outcome: admission === 'refused' ? null : outcome,
      state,
      failures,
      trips,
    })
  }
  return { circuit, steps }
}

export interface CircuitBreaker {
  /**
   * Calls, or refuses without calling.
   *
   * @throws HttpError `http/circuit-open` when refused, saying when it is worth asking again
   */
  call<T>(work: () => T | Promise<T>): Promise<T>
  /** As it is now. */
  readonly circuit: Circuit
}

export interface CircuitBreakerOptions extends CircuitSettings {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** What the refusal names, for example "world-bank". Default "the service". */
  readonly service?: string
  /**
   * Whether an error means that the service is down. Default: what is worth another try, and what is not one of our
   * errors. A 404 is an answer, and the service that gave it is up.
   */
  readonly isFailure?: (error: unknown) => boolean
  /** Told of every change of state. */
  readonly onChange?: (before: Circuit, after: Circuit) => void
}

/** @throws ConfigError `config/params` for a threshold below 1 or a cool-down below 0 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  checkSettings(options)
  const { clock, isFailure = meansDown } = options
  let circuit: Circuit = CLOSED_CIRCUIT
  const become = (next: Circuit) => {
    const before = circuit
    circuit = next
    if (before.state !== next.state) options.onChange?.(before, next)
  }
  return {
    get circuit() {
      return circuit
    },
    async call(work) {
      const asked = askCircuit(circuit, options, clock.monotonicMs())
      become(asked.circuit)
      if (asked.admission === 'refused') throw refusal(options, circuit, clock.monotonicMs())
      const settle = (outcome: Outcome) =>
        become(settleCircuit(circuit, options, asked.admission, outcome, clock.monotonicMs()))
      try {
        const result = await work()
        settle('success')
        return result
      } catch (error) {
        if (isAbort(error)) settle('unknown')
        else settle(isFailure(error) ? 'failure' : 'success')
        throw error
      }
    },
  }
}

function meansDown(error: unknown): boolean {
  return !isToolkitError(error) || error.retryable
}

function isAbort(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'AbortError') ||
    (isToolkitError(error) && error.code === 'engine/cancelled')
  )
}

function refusal(
  { service = 'the service', coolDownMs = DEFAULT_COOL_DOWN_MS, coolDownCalls }: CircuitBreakerOptions,
  { failures, openedAtMs }: Circuit,
  nowMs: number,
): HttpError {
  const leftMs = coolDownCalls === undefined ? Math.max(0, (openedAtMs ?? nowMs) + coolDownMs - nowMs) : undefined
  return new HttpError(
    'http/circuit-open',
    `${service} was not called: the circuit is open after ${failures} failures`,
    {
      hint: 'wait until the cool-down is over; is the service down?',
      retryable: true,
      retryAfterMs: leftMs,
      details: { failures },
    },
  )
}

function checkSettings({ threshold = 1, coolDownMs = 0, coolDownCalls = 0 }: CircuitSettings): void {
  if (Number.isInteger(threshold) && threshold >= 1 && coolDownMs >= 0 && coolDownCalls >= 0) return
  throw new ConfigError(
    'config/params',
    `a circuit cannot have the threshold ${threshold} and a cool-down of ${coolDownMs} ms or ${coolDownCalls} calls`,
    { hint: 'give a whole threshold of 1 or more, and a cool-down of 0 or more' },
  )
}
