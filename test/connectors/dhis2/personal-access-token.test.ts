import { describe, expect, it } from 'vitest'
import { isPersonalAccessToken } from '../../../connectors/dhis2/personal-access-token.ts'

/** Test values of DHIS2's own source, class ApiKeyTokenGeneratorTest; they open nothing. */
const OLD = ['d2pat_e0b5Y9bXWtUcfEY8BMHHj9aJZkXCQ7O50174669582', 'd2pat_rxIbXljF8Pj5oFRTos4bDmPTnnRu8f4M2723141895']
const NEW = [
  'd2p_iKrAY7sR6rPea1rub181baRzyyui2AW07ymXPRExAgwa051Mei',
  'd2p_z9T7lpwaWUcvi8yBWt5zvB0LMUfUayHChm7SWGeNrYOJ38vtdY',
  'd2p_JWXuAmuC97jQJEaRz1XEz2z1FSDrBvLKVmNj7oQxNLAS4M0lXY',
]
/** From the documentation of DHIS2, made when the checksum was that of the code alone. */
const DOCUMENTED = 'd2pat_5xVA12xyUbWNedQxy4ohH77WlxRGVvZZ1151814092'

describe('a personal access token', () => {
  it.each([...OLD, ...NEW, DOCUMENTED])('D2-004 is told by its checksum: %s', (token) => {
    expect(isPersonalAccessToken(token)).toBe(true)
  })

  it.each([...OLD, ...NEW, DOCUMENTED])('is none with any one character changed: %s', (token) => {
    const prefix = token.indexOf('_') + 1
    const changed = Array.from({ length: token.length - prefix }, (_, at) => {
      const place = prefix + at
      return token.slice(0, place) + (token[place] === '7' ? '8' : '7') + token.slice(place + 1)
    })

    expect(changed.filter(isPersonalAccessToken)).toEqual([])
  })

  it.each(['', 'district', 'd2p_', 'd2pat_short', `${NEW[0] ?? ''} `, `Bearer ${NEW[0] ?? ''}`])(
    'is not "%s"',
    (text) => {
      expect(isPersonalAccessToken(text)).toBe(false)
    },
  )
})
