/**
 * Rounds of trouble, judged one after the other.
 *
 * usage: npm run test:faults -- [--seed N] [--rounds N] [--kind NAME]… [--planted drop-epoch-check]
 *
 * Prints a line per round and a JSON document at the end. Exits with 1 when a round has a violation. The same seed does the
 * same to the processes at the same moments; what they are doing then is theirs.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { canMount, KINDS, playRound, type Kind, type Round } from './rounds.ts'

const PLANTED = join(import.meta.dirname, 'planted')

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string', default: String(KINDS.length) },
    kind: { type: 'string', multiple: true },
    planted: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Date.now() % 100_000)
const rounds = Number(values.rounds)
const kinds = (values.kind ?? KINDS) as readonly Kind[]
const preload = values.planted === undefined ? undefined : join(PLANTED, `${values.planted}.ts`)
const known = readdirSync(PLANTED).map((file) => file.replace(/\.ts$/, ''))

if (!Number.isInteger(seed) || !Number.isInteger(rounds) || kinds.some((kind) => !KINDS.includes(kind))) {
  console.error(`error: give whole numbers, and kinds among ${KINDS.join(', ')}`)
  process.exit(2)
}
if (values.planted !== undefined && !known.includes(values.planted)) {
  console.error(`error: no fault "${values.planted}" can be planted\n  hint: one of ${known.join(', ')}`)
  process.exit(2)
}

console.log(`seed ${seed}, ${rounds} rounds of ${kinds.join(', ')}`)
const played: Round[] = []
for (let at = 0; at < rounds; at += 1) {
  const kind = kinds[at % kinds.length] ?? 'kill'
  if (kind === 'disk' && !canMount()) {
    console.log(`round ${at + 1} disk: left out, a small disk can only be made by root on Linux`)
    continue
  }
  const round = await playRound({ kind, seed: seed + at, preload })
  played.push(round)
  const done = Object.entries(round.done).map(([what, times]) => `${times} ${what}`)
  console.log(
    `round ${at + 1} ${kind} (seed ${round.seed}): ${done.join(', ')}; ${round.runs} runs, ${round.effects} effects, ${round.crashes} crashes, ${round.refused} refused, ${round.tookMs} ms${round.violations.length === 0 ? '' : ' VIOLATED'}`,
  )
  for (const violation of round.violations) console.log(`  ${violation}`)
}
const violations = played.flatMap((round) => round.violations)
console.log(JSON.stringify({ seed, rounds: played.length, violations: violations.length, totals: totals(played) }))
process.exitCode = violations.length === 0 ? 0 : 1

function totals(all: readonly Round[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  const add = (what: string, number: number) => (sums[what] = (sums[what] ?? 0) + number)
  for (const { done, runs, effects, acknowledged, crashes, refused } of all) {
    for (const [what, times] of Object.entries({ ...done, runs, effects, acknowledged, crashes, refused }))
      add(what, times)
  }
  return sums
}
