import { expect, it } from 'vitest'
import { checkWorkPool, missingWorkPool, WORK_POOL_TYPES } from '../../src/model/work-pool.ts'

const asked = {
  name: 'night-runs',
  type: 'process',
  paused: false,
  concurrencyLimit: null,
  createdAt: '2026-01-01T00:00:00Z',
}

it.each([['docker'], ['kubernetes']])(
  'F100 names the type %s, and refuses it rather than treat it as process',
  (type) => {
    expect(WORK_POOL_TYPES.map((each) => each.type)).toContain(type)
    expect(() => checkWorkPool({ ...asked, type })).toThrow(
      expect.objectContaining({ code: 'config/params', message: `work pools of type "${type}" are not built` }),
    )
  },
)

it('F100 takes the type process, and says of a type it never heard of that there is none', () => {
  expect(checkWorkPool(asked)).toEqual(asked)
  expect(() => checkWorkPool({ ...asked, type: 'proces' })).toThrow('there is no work pool type "proces"')
})

it.each([['Night Runs'], [''], ['a--b']])('refuses "%s" as a name, which nobody could type', (name) => {
  expect(() => checkWorkPool({ ...asked, name })).toThrow(expect.objectContaining({ code: 'config/params' }))
})

it.each([[-1], [1.5], [Number.NaN]])('refuses a concurrency limit of %d', (concurrencyLimit) => {
  expect(() => checkWorkPool({ ...asked, concurrencyLimit })).toThrow(
    expect.objectContaining({ code: 'config/params' }),
  )
})

it('F102 says of a missing pool which one, who names it, and the command that creates it', () => {
  const error = missingWorkPool('nope', 'deployment dhis2-org-units/dhis2-ou: ')

  expect(error).toMatchObject({
    code: 'config/pool-missing',
    message: 'deployment dhis2-org-units/dhis2-ou: there is no work pool "nope"',
    hint: 'create it with: d2flow work-pool create nope --type process',
    retryable: false,
  })
})
