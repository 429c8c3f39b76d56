/** Areas and places on a map, coloured by a value or by a class. */
import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { escape } from '../html-report.ts'
import { formatNumber } from '../format.ts'
import { INK, noteLines, noteTop, roomFor, SOFT, WIDTH, type ChartText } from './draw.ts'

export interface MapChartOptions extends ChartText {
  /** In longitude and latitude, WGS 84; rings in either order. */
  readonly features: readonly {
    readonly geometry: Geometry
    readonly label: string
    /** Null is drawn hatched, with "not reported" in the legend. */
    readonly value: number | null
  }[]
  /**
   * Classes from the lowest up, `upTo` included; the last has none. A value takes the colour of the first class it does
   * not exceed.
   */
  readonly classes: readonly { readonly upTo: number | null; readonly label: string; readonly colour: string }[]
  readonly unit?: string
}

const MAP_HEIGHT = 420
const LEGEND_WIDTH = 200
const POINT_RADIUS = 5
const NOT_REPORTED = 'not reported'

/** @returns the picture as SVG text, for `image(key, svg)` */
export async function mapChart(options: MapChartOptions): Promise<string> {
  const { classes, title, subtitle, note, unit } = options
  // places last: an area that was drawn later would cover them
  const features = options.features.toSorted((a, b) => Number(isPlace(a.geometry)) - Number(isPlace(b.geometry)))
  const { geoPath, geoMercator } = await import('d3-geo')
  const room = roomFor(options)
  const height = room.top + MAP_HEIGHT + room.bottom
  const shapes = features.map(({ geometry }) => feature(wound(geometry)))
  const all: FeatureCollection = { type: 'FeatureCollection', features: shapes }
  const projection = geoMercator()
  if (shapes.length > 0) {
    projection.fitExtent(
      [
        [16, room.top],
        [WIDTH - LEGEND_WIDTH - 16, room.top + MAP_HEIGHT - 8],
      ],
      all,
    )
  }
  const path = geoPath(projection).pointRadius(POINT_RADIUS).digits(1)
  const drawn = features.map(({ geometry, label, value }, at) => {
    const text = value === null ? NOT_REPORTED : `${formatNumber(value)}${unit === undefined ? '' : ` ${unit}`}`
    return `<path d="${path(shapes[at] as Feature) ?? ''}" fill="${fillOf(value, classes)}" stroke="${isPlace(geometry) ? SOFT : '#ffffff'}" stroke-width="0.8"><title>${escape(`${label}: ${text}`)}</title></path>`
  })
  const anyMissing = features.some(({ value }) => value === null)
  const legend = [
    ...classes.map(({ label, colour }) => ({ label, fill: colour })),
    ...(anyMissing ? [{ label: NOT_REPORTED, fill: 'url(#missing)' }] : []),
  ].map(({ label, fill }, at) => {
    const y = room.top + 24 + at * 24
    const x = WIDTH - LEGEND_WIDTH
    return `<rect x="${x}" y="${y}" width="16" height="16" rx="2" fill="${fill}" stroke="${SOFT}" stroke-width="0.5"/><text x="${x + 24}" y="${y + 13}" font-size="12" fill="${INK}">${escape(label)}</text>`
  })
  const words = (y: number, size: number, fill: string, text: string, weight = 'normal') =>
    `<text x="16" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escape(text)}</text>`
  return [
    `<svg role="img" aria-label="${escape(title)}" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" xmlns="http://www.w3.org/2000/svg" font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">`,
    '<defs><pattern id="missing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#f2f4f3"/><line x1="0" y1="0" x2="0" y2="6" stroke="#9fb0a9" stroke-width="2"/></pattern></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    words(27, 16, INK, title, 'bold'),
    ...(subtitle === undefined ? [] : [words(49, 13, SOFT, subtitle)]),
    unit === undefined
      ? ''
      : `<text x="${WIDTH - LEGEND_WIDTH}" y="${room.top + 12}" font-size="12" fill="${SOFT}">${escape(unit)}</text>`,
    ...drawn,
    ...legend,
    ...(note === undefined ? [] : noteLines(note)).map((line, at, lines) =>
      words(noteTop(height, lines.length, at) + 12, 11, SOFT, line),
    ),
    '</svg>',
  ].join('\n')
}

function fillOf(value: number | null, classes: MapChartOptions['classes']): string {
  if (value === null) return 'url(#missing)'
  return classes.find(({ upTo }) => upTo === null || value <= upTo)?.colour ?? 'url(#missing)'
}

/** A place is a dot, which white around it would hide on a white map. */
function isPlace({ type }: Geometry): boolean {
  return type === 'Point' || type === 'MultiPoint'
}

function feature(geometry: Geometry): Feature {
  return { type: 'Feature', properties: {}, geometry }
}

/**
 * d3-geo draws on the sphere, where a ring the wrong way round is the whole world without the district: outer rings go
 * clockwise for it, holes against the clock.
 */
function wound(geometry: Geometry): Geometry {
  if (geometry.type === 'Polygon') return { ...geometry, coordinates: woundRings(geometry.coordinates) }
  if (geometry.type === 'MultiPolygon') return { ...geometry, coordinates: geometry.coordinates.map(woundRings) }
  if (geometry.type === 'GeometryCollection') return { ...geometry, geometries: geometry.geometries.map(wound) }
  return geometry
}

function woundRings(rings: readonly number[][][]): number[][][] {
  return rings.map((ring, at) => (isClockwise(ring) === (at === 0) ? ring : ring.toReversed()))
}

function isClockwise(ring: readonly number[][]): boolean {
  let twice = 0
  for (let at = 0; at < ring.length; at += 1) {
    const [x1 = 0, y1 = 0] = ring[at] ?? []
    const [x2 = 0, y2 = 0] = ring[(at + 1) % ring.length] ?? []
    twice += (x2 - x1) * (y2 + y1)
  }
  return twice > 0
}
