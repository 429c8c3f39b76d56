/**
 * How do we stop calling a service that is down?
 *
 * Source: sample data: a script of outcomes, true for an answer and false for a failure. After as many failures in a row as
 * the threshold says the circuit opens and calls are refused without reaching the service; after the cool-down one probe
 * decides whether it closes again. Real calls go through `createCircuitBreaker`, with a cool-down of 30 s.
 */
import { flow } from 'd2flow'
import { replayOutcomes } from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const T = true
const F = false

export const circuitBreaker = flow({
  name: 'circuit-breaker',
  params: z.object({
    outcomes: z.array(z.boolean()).default([T, T, F, F, F, T, T, F, T, T]).describe('how each call would end'),
    threshold: z.int().min(1).default(3).describe('failures in a row that open the circuit'),
    coolDownMs: z.int().min(0).default(0).describe('how long it stays open; the script makes a call every second'),
  }),
  async run({ outcomes, threshold, coolDownMs }, ctx) {
    const { circuit, steps } = replayOutcomes(outcomes, { threshold, coolDownMs, everyMs: 1_000 })

    const probes = steps.filter(({ admission }) => admission === 'probe').length
    await publishReport(ctx, {
      key: 'circuit-breaker',
      title: 'Calls, and what the circuit made of them',
      sample: true,
      rows: steps.map(({ call, admission, outcome, state, failures, trips }) => ({
        call,
        admission,
        outcome,
        'circuit after': state,
        failures,
        trips,
      })),
      paragraphs: [
        `The circuit opened **${circuit.trips === 1 ? 'once' : `${circuit.trips} times`}**, refused ${circuit.rejected} of ${outcomes.length} calls, probed ${probes === 1 ? 'once' : `${probes} times`} and is now ${circuit.state}.`,
        circuit.rejected === 0
          ? 'No call was refused.'
          : 'A refused call has no outcome: it never reached the service.',
      ],
    })
    return { ...circuit, probes, steps }
  },
})
