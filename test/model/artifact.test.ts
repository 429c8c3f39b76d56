import { describe, expect, it } from 'vitest'
import { image, link, markdown, progress, table } from '../../src/model/artifact.ts'

describe('the key of an artifact', () => {
  it.each(['gdp-comparison', 'a', '2023', 'aqi-2024-v2'])('F059 may be "%s"', (key) => {
    expect(markdown(key, 'x').key).toBe(key)
  })

  it.each(['My Report', 'gdp_comparison', '-gdp', 'gdp-', 'gdp--2023', 'GDP', 'größe', ''])(
    'F059 may not be "%s"',
    (key) => {
      for (const make of [
        () => markdown(key, 'x'),
        () => table(key, []),
        () => link(key, 'https://example.org'),
        () => progress(key, 1),
        () => image(key, '<svg/>'),
      ]) {
        expect(make).toThrow(
          expect.objectContaining({ code: 'config/params', hint: expect.stringContaining('gdp-comparison') }),
        )
      }
    },
  )

  it('may be left out', () => {
    expect(markdown(null, '# Report')).toEqual({
      key: null,
      description: null,
      content: { kind: 'markdown', text: '# Report' },
    })
  })
})

describe('a table', () => {
  it('F055 has the members of all rows as columns, in order of first appearance', () => {
    const { content } = table('gdp', [{ country: 'Kenya' }, { gdpUsd: null, country: 'Uganda' }], 'GDP 2023')

    expect(content).toEqual({
      kind: 'table',
      rows: [{ country: 'Kenya' }, { gdpUsd: null, country: 'Uganda' }],
      columns: ['country', 'gdpUsd'],
      totalRows: 2,
    })
  })

  it('R41 keeps 1,000 rows and says how many there were', () => {
    const rows = Array.from({ length: 100_000 }, (_, row) => ({ row }))

    const { content } = table('many', rows)

    expect(content).toMatchObject({ totalRows: 100_000, rows: rows.slice(0, 1_000) })
    expect(JSON.stringify(content).length).toBeLessThan(100_000)
  })
})

describe('a link', () => {
  it.each(['https://example.org/a', 'http://example.org', 'mailto:team@example.org', 'HTTPS://example.org'])(
    'F056 may lead to %s',
    (url) => {
      expect(link('source', url, 'The source').content).toEqual({ kind: 'link', url, label: 'The source' })
    },
  )

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '//example.org',
    ' https://example.org',
    '',
  ])('F056 may not lead to "%s"', (url) => {
    expect(() => link('source', url)).toThrow(expect.objectContaining({ code: 'config/params' }))
  })
})

describe('progress', () => {
  it.each([
    [0, 0],
    [42.5, 42.5],
    [100, 100],
    [-1, 0],
    [101, 100],
  ])('of %f percent is shown as %f', (percent, shown) => {
    expect(progress('rows', percent).content).toEqual({ kind: 'progress', percent: shown })
  })
})
