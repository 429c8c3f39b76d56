/**
 * Which of these users can be taken, and what is wrong with the others?
 *
 * Models (zod schemas) say what a task takes and gives; what does not fit fails with the name of the field. Records from
 * outside are checked one by one: the good ones go on, each bad one leaves a sentence. `z.encode` makes plain records of
 * models again, dates and nested models included. The rules are a model of their own; without any, the flow has its own
 * (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

/** A moment in code, ISO text outside. */
const Moment = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (moment) => moment.toISOString(),
})

export const User = z.object({
  name: z.string().min(1),
  email: z.string().min(1),
  age: z.int(),
  address: z.object({ town: z.string(), since: Moment }).nullable().default(null),
})

export const Rules = z.object({
  youngest: z.int().default(0).describe('the lowest age that is taken'),
  oldest: z.int().default(120).describe('the highest'),
})

const SAMPLE = [
  { name: 'Amina', email: 'amina@example.org', age: 30, address: { town: 'Bo', since: '2020-02-29T08:00:00.000Z' } },
  { name: 'Luis', email: 'luis@example.org', age: -1 },
  { name: 'Mai', email: 'mai@example.org', age: 25 },
]

export const validateUsers = task({
  name: 'validate-users',
  input: z.object({ users: z.array(User), rules: Rules }),
  output: z.object({
    records: z.array(z.record(z.string(), z.json())),
    errors: z.array(z.string()),
    summary: z.string(),
  }),
  run({ users, rules }) {
    const isTaken = ({ age }: z.output<typeof User>) => age >= rules.youngest && age <= rules.oldest
    const records = users.filter(isTaken).map((user) => z.encode(User, user))
    const errors = users.filter((user) => !isTaken(user)).map(({ name }) => `Invalid age for ${name}`)
    return { records, errors, summary: `${records.length} valid` }
  },
})

export const typedModels = flow({
  name: 'typed-models',
  params: z.object({
    users: z.array(z.record(z.string(), z.json())).default(SAMPLE).describe('records as they come from outside'),
    rules: Rules.nullable().default(null).describe('which ages are taken; null: from 0 to 120'),
  }),
  async run({ users, rules }, ctx) {
    const checked = await validateUsers({
      users: users as z.input<typeof User>[],
      rules: rules ?? Rules.parse({}),
    })
    await ctx.publish(
      table(
        'typed-models',
        checked.records.map(({ name, age }) => ({ name, age })),
        `Sample data: ${checked.summary}, ${checked.errors.length} not`,
      ),
    )
    return checked
  },
})
