import { typedModels, User, validateUsers } from 'd2flow/flows/basics/typed-models'
import { flow } from 'd2flow'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'

const user = (name: string, age: unknown) => ({ name, email: `${name}@example.org`, age })

it('F141 takes the good records, and says of each other what is wrong', async () => {
  const users = [user('Amina', 30), user('Luis', -1), user('Mai', 25)] as never

  const { result, state } = await runFlow(typedModels, { users })

  expect(state.name).toBe('Completed')
  expect(result?.records.map(({ name }) => name)).toEqual(['Amina', 'Mai'])
  expect(result).toMatchObject({ errors: ['Invalid age for Luis'], summary: '2 valid' })
})

it('F139 fails with the name of the field that does not fit the model', async () => {
  const { error } = await runFlow(typedModels, { users: [user('A', 'x')] as never })

  expect(error).toMatchObject({ code: 'config/params', message: expect.stringContaining('users.0.age') })
})

it('F139 hands the body what the model makes of it', async () => {
  let seen: unknown
  const look = flow({
    name: 'look',
    async run() {
      const given = { ...user('Amina', 30), address: { town: 'Bo', since: '2020-02-29T08:00:00.000Z' } }
      seen = User.parse(given).address?.since
      return await validateUsers({ users: [given as z.input<typeof User>], rules: {} })
    },
  })

  const { result } = await runFlow(look, {})

  expect(seen).toEqual(new Date('2020-02-29T08:00:00.000Z'))
  expect(result).toMatchObject({ summary: '1 valid' })
})

it('F140 makes plain records of models in one call, dates and nested models included', () => {
  const given = { ...user('Amina', 30), age: 30, address: { town: 'Bo', since: '2020-02-29T08:00:00.000Z' } }

  const record = z.encode(User, User.parse(given))

  expect(record).toEqual(given)
  expect(JSON.parse(JSON.stringify(record))).toEqual(given)
})

it('F145 has rules of its own when it is given none, and goes by those it is given', async () => {
  const ages = async (rules?: { youngest: number; oldest: number } | null) =>
    (await runFlow(typedModels, rules === undefined ? {} : { rules })).result?.records.map(({ age }) => age)

  expect(await ages()).toEqual([30, 25])
  expect(await ages(null)).toEqual([30, 25])
  expect(await ages({ youngest: -5, oldest: 28 })).toEqual([-1, 25])
})
