/** Tasks that compute, for cpu.test.ts: a thread loads this file and finds them here. */
import { existsSync, writeFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { DataError, task } from 'd2flow'
import { makeSquare } from './cpu-task-factory.ts'

/** How many primes there are below n. */
export const countPrimes = task({
  name: 'count-primes',
  cpu: true,
  run(below: number) {
    let primes = 0
    for (let n = 2; n < below; n += 1) {
      let isPrime = true
      for (let divisor = 2; divisor * divisor <= n && isPrime; divisor += 1) isPrime = n % divisor !== 0
      if (isPrime) primes += 1
    }
    return primes
  },
})

export const whichThread = task({ name: 'which-thread', cpu: true, run: () => threadId })

/** Ends when the other one has begun: never, when the two share a thread. */
export const meet = task({
  name: 'meet',
  cpu: true,
  timeoutMs: 20_000,
  run({ mine, other }: { mine: string; other: string }) {
    writeFileSync(mine, 'here')
    while (!existsSync(other)) {
      // computes
    }
    return threadId
  },
})

export const forever = task({
  name: 'forever',
  cpu: true,
  timeoutMs: 200,
  run() {
    for (;;) {
      // computes
    }
  },
})

/** Says that it has begun, then never ends. */
export const untilStopped = task({
  name: 'until-stopped',
  cpu: true,
  run(_: unknown, ctx) {
    ctx.log.info('has begun')
    for (;;) {
      // computes
    }
  },
})

export const fail = task({
  name: 'fail',
  cpu: true,
  run(how: 'ours' | 'of the language' | 'any' | 'marked') {
    switch (how) {
      case 'ours':
        throw new DataError('data/units', 'miles are no unit', { hint: 'convert them', details: { unit: 'mile' } })
      case 'of the language':
        throw new RangeError('too far', { cause: new TypeError('not a number') })
      case 'any':
        // oxlint-disable-next-line typescript/only-throw-error -- an author may throw anything
        throw 'just a text'
      case 'marked':
        throw Object.assign(new Error('not now'), { retryable: false })
    }
  },
})

export const shaky = task({
  name: 'shaky',
  cpu: true,
  retry: { attempts: 3, firstDelayMs: 1_000 },
  run(_: unknown, ctx) {
    const { attempt } = ctx
    if (attempt < 3) throw new Error(`attempt ${attempt}`)
    ctx.log.info('third time', { lucky: true })
    ctx.progress(1, 2, 'things')
    ctx.warn('not all is well')
    return { attempt, dueAt: ctx.dueAt.toISOString(), runName: ctx.runName }
  },
})

export const sum = task({
  name: 'sum',
  cpu: true,
  run: ({ values, days }: { values: Float64Array; days: Map<string, Date> }) =>
    values.reduce((total, value) => total + value, 0) + (days.get('first')?.getTime() ?? 0),
})

export const opens = task({ name: 'opens', cpu: true, run: (_: unknown, ctx) => ctx.variable('x') })
export const nests = task({ name: 'nests', cpu: true, run: async () => await whichThread() })
export const exits = task({ name: 'exits', cpu: true, run: () => process.exit(7) })
export const giveFunction = task({ name: 'give-function', cpu: true, run: () => ({ rows: [{ now: () => 1 }] }) })
export const prints = task({ name: 'prints', cpu: true, run: () => console.log('half', 'done', { n: 1 }) })
export const takesAnything = task({ name: 'takes-anything', cpu: true, run: (input: unknown) => typeof input })
export const fifth = task({ name: 'fifth', cpu: true, cache: { by: 'inputs' }, run: (n: number) => n / 5 })

export const square = makeSquare('square', import.meta)

/** Made when somebody asks: there is none in another thread. */
export function makeLate() {
  return task({ name: 'late', cpu: true, run: () => 1 })
}

/** Gives its value, and takes its thread down when the file is there. */
export const diesLater = task({
  name: 'dies-later',
  cpu: true,
  run({ when }: { when: string }) {
    setInterval(() => {
      if (existsSync(when)) throw new Error('too late to be caught')
    }, 1)
    return 'done'
  },
})
