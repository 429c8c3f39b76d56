import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/render/index.ts'
import { columnHeading } from '../../src/render/column-heading.ts'
import { htmlReport } from '../../src/render/index.ts'

const EMPTY: Report = {
  title: 'What became of every row',
  generatedAt: '2026-11-24T16:50:12.000Z',
  facts: [],
  sections: [],
  provenance: [],
}

const EVIL = `"><script>alert('x')</script><img src=x onerror=alert(1)>`

describe('a report page', () => {
  it('shows an outcome by its colour, its word and a shape', async () => {
    const html = await htmlReport({
      ...EMPTY,
      sections: [{ kind: 'table', rows: [{ row: 24, outcome: 'refused' }], badges: ['outcome'] }],
    })

    expect(html).toContain('<span class="badge bad"><span aria-hidden="true">■</span> refused</span>')
  })

  it('heads its columns in words, with the unit that a name carries', async () => {
    const html = await htmlReport({
      ...EMPTY,
      sections: [
        { kind: 'table', rows: [{ iso3: 'KEN', povertyPercent: 34, gdpUsd: 1, densityPerKm2: 2, overGap: true }] },
      ],
    })

    expect([...html.matchAll(/<th [^>]*>([^<]*)/g)].map(([, heading]) => heading)).toEqual([
      'ISO3',
      'poverty, %',
      'GDP, US$',
      'density per km²',
      'over gap',
    ])
  })

  it('leaves headings alone that are words already, or names of somebody else', () => {
    expect(['above WHO', 'org_unit', 'Ministry', 'C', 'n'].map(columnHeading)).toEqual([
      'above WHO',
      'org_unit',
      'Ministry',
      'C',
      'n',
    ])
  })

  it('says what is missing, and does not show it as zero', async () => {
    const html = await htmlReport({
      ...EMPTY,
      sections: [
        { kind: 'table', rows: [{ gdp: null }, { gdp: 0 }] },
        { kind: 'bars', bars: [{ label: 'north', value: null }] },
      ],
    })

    expect(html).toMatch(/<td[^>]*>–<\/td>[\s\S]*<td[^>]*>0<\/td>/)
    expect(html).toContain('not reported')
  })

  it('lets no value of the data become part of the page', async () => {
    const html = await htmlReport({
      title: EVIL,
      lead: EVIL,
      generatedAt: '2026-11-24T16:50:12.000Z',
      facts: [{ label: EVIL, value: EVIL, tone: 'bad' }],
      sections: [
        { kind: 'text', title: EVIL, markdown: EVIL },
        { kind: 'table', note: EVIL, rows: [{ [EVIL]: EVIL }], badges: [EVIL] },
        { kind: 'bars', title: EVIL, unit: EVIL, bars: [{ label: EVIL, value: 1, colour: EVIL }] },
        { kind: 'facts', facts: [{ label: EVIL, value: EVIL, tone: 'good' }] },
        { kind: 'code', text: EVIL },
        { kind: 'picture', title: EVIL, svg: `<svg onload="alert(1)">${EVIL}</svg>` },
        { kind: 'link', url: 'javascript:alert(1)', label: EVIL },
      ],
      provenance: [{ label: EVIL, value: EVIL }],
    })

    expect(html).not.toMatch(/<script|onload=|<img src=x|href="javascript/)
  })

  it('asks for nothing from outside', async () => {
    const html = await htmlReport({
      ...EMPTY,
      sections: [
        { kind: 'picture', svg: '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://evil.example/x"/></svg>' },
        { kind: 'text', markdown: '![x](http://evil.example/x.png)' },
      ],
    })

    // whatever slips through, the page forbids itself every address but data
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`)
    expect(html.replace(/http-equiv[^>]*/, '')).not.toMatch(
      /<(link|script|iframe)|<img[^>]*src="(?!data:)|@import|url\(/,
    )
  })

  it('draws bars in the ratio of their values, below zero to the left', async () => {
    const html = await htmlReport({
      ...EMPTY,
      sections: [
        {
          kind: 'bars',
          bars: [
            { label: 'a', value: 30 },
            { label: 'b', value: -10 },
          ],
        },
      ],
    })

    const [one, other] = [...html.matchAll(/<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"/g)].map(([, x, width]) => ({
      x: Number(x),
      width: Number(width),
    }))
    expect((one?.width ?? 0) / (other?.width ?? 1)).toBeCloseTo(3, 1)
    expect((other?.x ?? 0) + (other?.width ?? 0)).toBeCloseTo(one?.x ?? 0, 1)
  })

  it('says how many rows there are when it shows only some, and when there are none', async () => {
    const html = await htmlReport({
      ...EMPTY,
      sections: [
        { kind: 'table', rows: [{ a: 1 }], totalRows: 188_701 },
        { kind: 'table', rows: [], columns: ['a'] },
      ],
    })

    expect(html).toContain('1 of 188,701 rows are shown.')
    expect(html).toContain('There are none.')
  })
})
