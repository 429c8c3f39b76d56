/**
 * A hundred rounds of killed processes, and some of every other trouble: what was lost, what was repeated, and how many
 * writes of processes that had lost their run were accepted.
 *
 * usage: npm run bench -- faults [rounds of killed processes] [rounds of each other kind]
 */
import { canMount, KINDS, playRound, type Kind, type Round } from '../test/faults/rounds.ts'
import { printFigure } from './measure/figure.ts'

const SEED = 1_000
const KILLING: readonly Kind[] = ['kill', 'points', 'supervised']
const OTHERS = KINDS.filter((kind) => !KILLING.includes(kind)).filter((kind) => kind !== 'disk' || canMount())
const [killing = 102, others = 8] = process.argv.slice(2).map(Number)

const kinds: readonly Kind[] = [
  ...Array.from({ length: killing }, (_, at) => KILLING[at % KILLING.length] ?? 'kill'),
  ...OTHERS.flatMap((kind) => Array.from({ length: others }, () => kind)),
]
const played: Round[] = []
for (const [at, kind] of kinds.entries()) {
  const round = await playRound({ kind, seed: SEED + at })
  played.push(round)
  for (const violation of round.violations) console.error(`${round.kind}, seed ${round.seed}: ${violation}`)
}

const sum = (of: (round: Round) => number) => played.reduce((total, round) => total + of(round), 0)
const did = (what: string) => sum(({ done }) => done[what] ?? 0)
const figure = (metric: string, value: number, n: number, unit = 'count') =>
  printFigure({ bench: 'faults', metric, value, unit, n })

figure('rounds with a violation', played.filter(({ violations }) => violations.length > 0).length, played.length)
figure(
  'rounds in which processes were killed',
  played.filter(({ done }) => (done['kills'] ?? 0) > 0).length,
  played.length,
)
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
