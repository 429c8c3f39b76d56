/** What the compiler says: each `@ts-expect-error` fails the type check as soon as the line below it is accepted. */
import { allowFailure, flow, task, unmapped, whole, type Future, type TransactionHook } from 'd2flow'
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const double = task({ name: 'double', run: (n: number) => n * 2 })
const total = task({ name: 'total', run: async (values: readonly number[]) => values.length })
const fetchOne = task({
  name: 'fetch-one',
  run: ({ iso3, year }: { iso3: string; year: number }) => ({ iso3, value: year as number | null }),
})
const Params = z.object({ countries: z.array(z.string()), year: z.int().default(2024) })
const report = flow({ name: 'report', params: Params, run: ({ year }) => ({ year }) })
const optional = flow({ name: 'optional', params: z.object({ year: z.int().default(2024) }), run: ({ year }) => year })

/** Never called: the compiler reads it. */
async function calls(): Promise<void> {
  expectTypeOf(double(1)).toEqualTypeOf<Future<number>>()
  expectTypeOf(await total([1, 2])).toBeNumber()
  expectTypeOf(await fetchOne({ iso3: 'KEN', year: 2024 })).toEqualTypeOf<{ iso3: string; value: number | null }>()
  // @ts-expect-error a number is asked for
  void double('1')
  // @ts-expect-error the input is missing
  void double()
  // @ts-expect-error a year is a number
  void fetchOne({ iso3: 'KEN', year: '2024' })
  // @ts-expect-error there is no such member
  void fetchOne({ iso3: 'KEN', year: 2024, indicator: 'x' })
}

async function futures(): Promise<void> {
  expectTypeOf(await double(double(1))).toBeNumber()
  expectTypeOf(await total(double.map([1, 2]))).toBeNumber()
  expectTypeOf(await fetchOne({ iso3: 'KEN', year: double(1) })).toEqualTypeOf<{ iso3: string; value: number | null }>()
  const text = task({ name: 'text', run: () => 'x' })
  // @ts-expect-error a future of a text is no number
  void double(text())
  // @ts-expect-error the futures give texts
  void total([text()])
  // @ts-expect-error whoever takes an allowed failure must take an error
  void double(allowFailure(double(1)))
  const tolerant = task({ name: 'tolerant', run: (value: number | Error) => value instanceof Error })
  expectTypeOf(await tolerant(allowFailure(double(1)))).toBeBoolean()
}

async function maps(): Promise<void> {
  expectTypeOf(double.map([1, 2])).toEqualTypeOf<Future<number>[]>()
  expectTypeOf(double.map(double.map([1]))).toEqualTypeOf<Future<number>[]>()
  void fetchOne.map({ iso3: 'KEN', year: [2023, 2024] })
  void fetchOne.map({ iso3: ['KEN', 'UGA'], year: double.map([1, 2]) })
  // @ts-expect-error the items are numbers
  void double.map(['1'])
  // @ts-expect-error a year is a number, and so is each of a list
  void fetchOne.map({ iso3: ['KEN'], year: ['2024'] })
  // @ts-expect-error how many calls there are must be known
  void double.map(task({ name: 'list', run: () => [1, 2] })())
  const count = task({
    name: 'count',
    run: ({ item, all }: { item: string; all: number[] }) => item.length + all.length,
  })
  void count.map({ item: ['x', 'y'], all: whole([1, 2]) })
  void count.map({ item: ['x', 'y'], all: unmapped([1, 2]) })
  // @ts-expect-error a plain list is gone through, and its items are no lists
  void count.map({ item: ['x', 'y'], all: [1, 2] })
}

async function flows(): Promise<void> {
  expectTypeOf(await report({ countries: ['KEN'] })).toEqualTypeOf<{ year: number }>()
  expectTypeOf(await optional()).toBeNumber()
  expectTypeOf((await report.settle({ countries: [] })).result).toEqualTypeOf<{ year: number } | undefined>()
  // @ts-expect-error countries are asked for
  void report({ year: 2024 })
  // @ts-expect-error a year is a number
  void report({ countries: [], year: '2024' })
  // @ts-expect-error the parameters are missing
  void report()
  const mapped = flow({ name: 'mapped', run: () => double.map([1, 2]) })
  expectTypeOf(await mapped()).toEqualTypeOf<number[]>()
  const several = flow({ name: 'several', run: () => ({ one: double(1), rows: [1], name: 'x' }) })
  expectTypeOf(await several()).toEqualTypeOf<{ one: number; rows: number[]; name: string }>()
}

async function bare(): Promise<void> {
  expectTypeOf(await double.fn(1)).toBeNumber()
  // @ts-expect-error a number is asked for
  await double.fn('1')
  const User = z.object({ name: z.string(), age: z.coerce.number<string>() })
  const greet = task({ name: 'greet', input: User, run: ({ age }) => age + 1 })
  expectTypeOf(await greet({ name: 'A', age: '41' })).toBeNumber()
  // @ts-expect-error the model takes a text here
  void greet({ name: 'A', age: 41 })
}

/** Never called: the compiler reads it. */
function transactions(): void {
  const undo: TransactionHook<string> = ({ result }) => expectTypeOf(result).toBeString()
  task({ name: 'a', run: (n: string) => n, onRollback: [undo], onCommit: [({ result }) => result.length] })
  task({ name: 'b', onRollback: [undo], run: async (n: string, ctx) => ctx.sleep(1).then(() => n) })
  // @ts-expect-error it gives a number
  task({ name: 'c', run: (n: number) => n, onRollback: [undo] })
}

/** Never called: the compiler reads it. */
const slots = flow({
  name: 'slots',
  async run(_, ctx) {
    expectTypeOf(await ctx.withSlots('api', 1, () => 'in')).toBeString()
    expectTypeOf(await ctx.transaction(async (t) => t.isCommitted())).toBeBoolean()
    // @ts-expect-error the number of slots is missing
    await ctx.withSlots('api', () => 'in')
    // @ts-expect-error there is no such mode
    await ctx.transaction(() => 1, { commit: 'maybe' })
  },
})

it('is read by the compiler', () => {
  expect([calls, futures, maps, flows, bare, transactions, slots].every((each) => typeof each === 'function')).toBe(
    true,
  )
})
