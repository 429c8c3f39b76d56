import { describe, expect, it } from 'vitest'
import { barChart, lineChart, mapChart, matrixChart, scatterChart } from 'd2flow/render'

const square = (west: number, south: number) => ({
  type: 'Polygon' as const,
  coordinates: [
    [
      [west, south],
      [west + 1, south],
      [west + 1, south + 1],
      [west, south + 1],
      [west, south],
    ],
  ],
})

const charts = {
  bars: () => barChart({ title: 'R&D <in "quotes">', bars: [{ label: 'a', value: 1 }], unit: 'µg/m³', note: 'none' }),
  lines: () => lineChart({ title: 'lines', positions: ['1', '2'], lines: [{ label: 'a', values: [1, 2] }] }),
  points: () => scatterChart({ title: 'points', points: [{ x: 1, y: 2 }], xName: 'x', yName: 'y' }),
  matrix: () => matrixChart({ title: 'matrix', rows: ['a'], columns: ['b'], values: [[0.5]] }),
  map: () =>
    mapChart({
      title: 'R&D <map>',
      features: [{ geometry: square(30, -20), label: 'A & B', value: 3 }],
      classes: [{ upTo: null, label: 'all', colour: '#0c6b58' }],
    }),
}

describe.each(Object.entries(charts))('a picture of %s', (_, drawChart) => {
  it('is SVG that a browser reads, whatever stands in its words', async () => {
    const svg = await drawChart()

    const tags = svg.match(/<[^>]*>/g) ?? []
    const broken = tags.filter((tag) => !/^<(\/[\w:-]+|\w[\w:-]*(\s+[\w:-]+="[^"<]*")*\s*\/?)>$/.test(tag))
    expect(tags.length).toBeGreaterThan(5)
    expect(broken).toEqual([])
  })

  it('is the same each time and has its title as its name', async () => {
    const [first, second] = [await drawChart(), await drawChart()]

    expect(first).toBe(second)
    expect(first).toMatch(/<svg role="img" aria-label="[^"]+"/)
  })
})

describe('bars', () => {
  it('says that a value was not reported, and writes 0 as 0', async () => {
    const svg = await barChart({
      title: 'reports',
      bars: [
        { label: 'none came', value: 0 },
        { label: 'nobody knows', value: null },
      ],
    })

    expect(texts(svg)).toEqual(expect.arrayContaining(['none came', '0', 'nobody knows', 'not reported']))
  })

  it('draws forty and counts the rest', async () => {
    const bars = Array.from({ length: 45 }, (_, at) => ({ label: `unit ${at}`, value: at }))

    const svg = await barChart({ title: 'units', bars, note: 'Source: sample data.' })

    expect(texts(svg)).toContain('5 more are not drawn. Source: sample data.')
    expect(texts(svg)).toContain('unit 39')
    expect(texts(svg)).not.toContain('unit 40')
  })
})

describe('lines', () => {
  it('break where a value is missing', async () => {
    const path = async (values: (number | null)[]) => {
      const svg = await lineChart({ title: 't', positions: ['1', '2', '3', '4'], lines: [{ label: 'a', values }] })
      return /<path d="([^"]+)" fill="none"[^>]*stroke="#0072b2"/.exec(svg)?.[1] ?? ''
    }

    expect((await path([1, 2, 3, 4])).match(/M/g)).toHaveLength(1)
    expect((await path([1, 2, null, 4])).match(/M/g)?.length).toBeGreaterThan(1)
  })
})

it.each([
  ['bars', (note: string) => barChart({ title: 'bars', bars: [{ label: 'a', value: 1 }], note })],
  ['a map', (note: string) => mapChart({ title: 'map', features: [], classes: [], note })],
])('a note that is long takes more lines and loses no word: %s', async (_, drawChart) => {
  const note = Array.from({ length: 60 }, (__, at) => `word${at}`).join(' ')

  const lines = texts(await drawChart(note)).filter((text) => text.includes('word'))

  expect(lines.length).toBeGreaterThan(2)
  expect(lines.join(' ')).toBe(note)
})

describe('a map', () => {
  it('colours a class up to and with its bound, and hatches what was not reported', async () => {
    const svg = await mapChart({
      title: 'completeness',
      unit: '%',
      features: [
        { geometry: square(30, -20), label: 'at the bound', value: 50 },
        { geometry: square(31, -20), label: 'above', value: 50.1 },
        { geometry: square(32, -20), label: 'silent', value: null },
      ],
      classes: [
        { upTo: 50, label: 'up to 50', colour: '#e8f3f0' },
        { upTo: null, label: 'above 50', colour: '#0c6b58' },
      ],
    })

    const fill = (label: string) => new RegExp(`fill="([^"]+)"[^>]*><title>${label}:`).exec(svg)?.[1]
    expect(fill('at the bound')).toBe('#e8f3f0')
    expect(fill('above')).toBe('#0c6b58')
    expect(fill('silent')).toBe('url(#missing)')
    expect(texts(svg)).toContain('not reported')
  })

  it('draws a district whichever way round its ring goes', async () => {
    const drawn = async (reverse: boolean) => {
      const geometry = square(30, -20)
      const coordinates = reverse ? geometry.coordinates.map((ring) => ring.toReversed()) : geometry.coordinates
      const svg = await mapChart({
        title: 'one',
        features: [{ geometry: { ...geometry, coordinates }, label: 'one', value: 1 }],
        classes: [{ upTo: null, label: 'all', colour: '#0c6b58' }],
      })
      const path = /<path d="([^"]+)"/.exec(svg)?.[1] ?? ''
      return (path.match(/[-\d.]+,[-\d.]+/g) ?? []).toSorted()
    }

    const [one, other] = [await drawn(false), await drawn(true)]

    expect(new Set(one)).toEqual(new Set(other))
    expect(one.length).toBeLessThan(10) // the whole world but the district would have hundreds of points
  })

  it('draws places above the areas they lie in', async () => {
    const svg = await mapChart({
      title: 'a place within an area',
      features: [
        { geometry: { type: 'Point', coordinates: [30.5, -19.5] }, label: 'clinic', value: 1 },
        { geometry: square(30, -20), label: 'district', value: 1 },
      ],
      classes: [{ upTo: null, label: 'all', colour: '#0c6b58' }],
    })

    expect(svg.indexOf('clinic: 1')).toBeGreaterThan(svg.indexOf('district: 1'))
  })

  it('without any feature is an empty map and no crash', async () => {
    const svg = await mapChart({ title: 'nothing', features: [], classes: [] })

    expect(texts(svg)).toEqual(['nothing'])
  })
})

describe('a matrix', () => {
  it('gives both signs of a correlation the same depth of colour', async () => {
    const svg = await matrixChart({
      title: 'r',
      rows: ['a', 'b'],
      columns: ['c'],
      values: [[-0.5], [0.25]],
      colours: 'diverging',
    })

    // the ends of the scale are named below the picture
    expect(texts(svg)).toEqual(expect.arrayContaining(['0.5', '-0.5', '0.25']))
  })
})

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '')
}
