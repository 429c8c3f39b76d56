import { flatten } from 'd2flow/files'
import { expect, it } from 'vitest'

it('names members and positions with dots', () => {
  expect(flatten({ id: 1, user: { tags: ['a', { b: null }] } })).toEqual({
    id: 1,
    'user.tags.0': 'a',
    'user.tags.1.b': null,
  })
})

it('keeps what is empty, and moments', () => {
  const at = new Date(0)

  expect(flatten({ none: [], nothing: {}, at })).toEqual({ none: [], nothing: {}, at })
})

it('refuses two values of one name, whichever comes first', () => {
  expect(() => flatten({ 'a.b': 1, a: { b: 2 } })).toThrow('"a.b"')
  expect(() => flatten({ a: { b: 2 }, 'a.b': 1 })).toThrow('"a.b"')
})
