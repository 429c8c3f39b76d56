import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transactions } from 'd2flow/flows/basics/transactions'
import { runFlow } from 'd2flow/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'd2flow-transactions-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

it('leaves both files when the check is passed', async () => {
  const { result, artifacts } = await runFlow(transactions, {}, { host: { workDir: () => folder } })

  expect(result).toEqual({ files: ['register.csv', 'summary.csv'], total: 32 })
  expect((await readdir(folder)).toSorted((a, b) => a.localeCompare(b))).toEqual(['register.csv', 'summary.csv'])
  expect(artifacts.map(({ key }) => key)).toEqual(['transactions'])
})

it('leaves neither when it is not, and fails with the reason', async () => {
  const { state, error, steps, logs } = await runFlow(
    transactions,
    { batch: 'spring', expected: 31 },
    { host: { workDir: () => folder } },
  )

  expect(state).toMatchObject({ type: 'failed' })
  expect(error).toMatchObject({ code: 'data/value', message: '32 reports were counted, 31 are expected' })
  expect(await readdir(folder)).toEqual([])
  expect(steps.map(({ taskName, state }) => [taskName, state.name])).toEqual([
    ['write-lines', 'RolledBack'],
    ['write-lines', 'RolledBack'],
    ['check-total', 'Failed'],
  ])
  expect(logs.filter(({ message }) => message.startsWith('removed')).map(({ message }) => message)).toEqual([
    'removed summary.csv of batch "spring"',
    'removed register.csv of batch "spring"',
  ])
})
