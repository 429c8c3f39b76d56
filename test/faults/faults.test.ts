/** A short round of each kind of trouble; `npm run test:faults` plays as many as you like. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { canMount, KINDS, playRound } from './rounds.ts'

const SEED = 20

/** What each kind must have done to be worth its name. */
const DONE: Readonly<Record<(typeof KINDS)[number], string>> = {
  kill: 'kills',
  points: 'kills',
  pause: 'zombies',
  stop: 'stops',
  supervised: 'kills',
  stall: 'stalls',
  clock: 'jumps',
  disk: 'full disks',
}

it.for(KINDS)(
  'loses nothing and repeats nothing that was acknowledged: %s',
  { timeout: 90_000 },
  async (kind, { skip }) => {
    if (kind === 'disk') skip(!canMount(), 'a small disk can only be made by root on Linux')

    const round = await playRound({ kind, seed: SEED })

    expect(round.violations).toEqual([])
    expect(round.done[DONE[kind]]).toBeGreaterThan(0)
    expect(round.effects).toBeGreaterThanOrEqual(round.acknowledged)
  },
)

it('finds the fault when writes of a process that has lost its run are accepted', { timeout: 90_000 }, async () => {
  const preload = join(import.meta.dirname, 'planted', 'drop-epoch-check.ts')

  const { violations } = await playRound({ kind: 'pause', seed: SEED, preload })

  expect(violations).toContainEqual(expect.stringMatching(/ran again under epoch \d+, after epoch 1 was acknowledged/))
})
