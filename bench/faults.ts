/**
 * A hundred rounds of trouble and more: what was lost, what was repeated, and how many writes of processes that had lost
 * their run were accepted.
 *
 * usage: npm run bench -- faults [rounds]
 */
import { canMount, KINDS, playRound, type Round } from '../test/faults/rounds.ts'
import { printFigure } from './measure/figure.ts'

const SEED = 1_000
const rounds = Number(process.argv[2] ?? 112)
const kinds = KINDS.filter((kind) => kind !== 'disk' || canMount())

const played: Round[] = []
for (let at = 0; at < rounds; at += 1) {
  const round = await playRound({ kind: kinds[at % kinds.length] ?? 'kill', seed: SEED + at })
  played.push(round)
  for (const violation of round.violations) console.error(`${round.kind}, seed ${round.seed}: ${violation}`)
}

const sum = (of: (round: Round) => number) => played.reduce((total, round) => total + of(round), 0)
const did = (what: string) => sum(({ done }) => done[what] ?? 0)
const figure = (metric: string, value: number, n: number, unit = 'count') =>
  printFigure({ bench: 'faults', metric, value, unit, n })

figure('rounds with a violation', played.filter(({ violations }) => violations.length > 0).length, played.length)
figure('processes killed', did('kills'), played.length)
figure(
  'runs that did not end right',
  violationsOf(/ended|gave|not ended/),
  sum(({ runs }) => runs),
)
figure(
  'acknowledged steps lost',
  violationsOf(/was acknowledged and is|left no row|lost from/),
  sum(({ acknowledged }) => acknowledged),
)
figure(
  'acknowledged steps that ran again',
  violationsOf(/ran again/),
  sum(({ acknowledged }) => acknowledged),
)
figure(
  'effects beyond one and the crashes of the step',
  violationsOf(/effects and/),
  sum(({ effects }) => effects),
)
figure(
  'paused processes that woke without their run, refused',
  (100 * did('zombies')) / did('pauses'),
  did('pauses'),
  '%',
)

function violationsOf(kind: RegExp): number {
  return sum(({ violations }) => violations.filter((violation) => kind.test(violation)).length)
}
