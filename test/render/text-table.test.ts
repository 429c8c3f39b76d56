import { describe, expect, it } from 'vitest'
import { displayWidth, textTable } from '../../src/render/index.ts'

describe('a table for a terminal', () => {
  it('stands in columns, words to the left and numbers to the right', () => {
    const rows = [
      { unit: 'Keldemond', values: 12 },
      { unit: 'Verretan District', values: null },
    ]

    expect(textTable(rows, { headings: { unit: 'Unit' } })).toBe(
      [
        'Unit               values',
        '─────────────────  ──────',
        'Keldemond              12',
        'Verretan District       –',
      ].join('\n'),
    )
  })

  it('measures what a reader sees, not how many code units there are', () => {
    expect(['abc', 'naïve', 'e\u0301', '日本', '👩‍👩‍👧', '❤️', '𠀀', ''].map(displayWidth)).toEqual([
      3, 5, 1, 4, 2, 2, 2, 0,
    ])
  })

  it('keeps columns straight beside wide letters', () => {
    const lines = textTable([
      { a: '日本', b: 'x' },
      { a: 'plain', b: 'y' },
    ]).split('\n')

    expect(lines.slice(2).map((line) => displayWidth(line))).toEqual([8, 8])
  })

  it('cuts a long text between two letters, never inside one, and says so', () => {
    const cut = textTable([{ a: '👍👍👍👍👍👍' }], { cellWidth: 6 }).split('\n')[2]

    expect(cut).toBe('👍👍…')
  })

  it('lets no value break a line or move the cursor', () => {
    const table = textTable([{ a: 'one\ntwo\u001B[31m\tred' }])

    expect(table.split('\n')).toHaveLength(3)
    expect(table).not.toContain('\u001B')
  })

  it('takes two hundred thousand rows', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => ({ index }))

    expect(textTable(rows).split('\n')).toHaveLength(200_002)
  })
})
