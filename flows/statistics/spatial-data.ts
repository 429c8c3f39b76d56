/**
 * Where do these features lie?
 *
 * Source: sample data: four points and two polygons; or GeoJSON features that are given.
 * The box goes over all geometries, points and areas alike. A feature without a geometry is counted and drawn nowhere; with
 * no geometry at all there is no box.
 */
import { flow } from 'd2flow'
import { areaKm2, boundingBox, centroid, type Feature, type Geometry } from 'd2flow/geo'
import { roundTo } from 'd2flow/analysis'
import { mapChart, type MapChartOptions } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const GeoJsonFeature = z.object({
  type: z.literal('Feature'),
  properties: z.record(z.string(), z.json()).nullable().default(null),
  // what lies within is checked by whoever reads the coordinates
  geometry: z.looseObject({ type: z.string() }).nullable(),
})

const Params = z.object({
  rows: z.array(GeoJsonFeature).nullable().default(null).describe('GeoJSON features in place of the sample'),
})

const SAMPLE: Feature[] = [
  place('North Clinic', [10.75, 59.91]),
  place('West Hospital', [5.32, 60.39]),
  place('Mid Hospital', [10.4, 63.43]),
  place('South Post', [8, 58.15]),
  area('East District', [10, 59, 12, 61]),
  area('West District', [5, 60, 7, 61.5]),
]

export const spatialData = flow({
  name: 'spatial-data',
  params: Params,
  async run({ rows }, ctx) {
    const features = (rows ?? SAMPLE) as readonly Feature[]
    const located = features.filter((feature): feature is Feature & { geometry: Geometry } => feature.geometry !== null)
    const places = located.map(({ properties, geometry }, at) => {
      const [longitude, latitude] = centroid(geometry)
      const km2 = areaKm2(geometry)
      return {
        name: nameOf(properties?.['name'], at),
        type: geometry.type,
        longitude: roundTo(longitude, 4),
        latitude: roundTo(latitude, 4),
        areaKm2: km2 === 0 ? null : roundTo(km2, 1),
      }
    })
    const bbox =
      located.length === 0
        ? null
        : boundingBox({ type: 'GeometryCollection', geometries: located.map(({ geometry }) => geometry) })
    const counts = Object.fromEntries(
      [...Map.groupBy(places, ({ type }) => type)].map(([type, all]) => [type, all.length]),
    )
    const missing = features.length - located.length

    const sample = rows === null
    const title = 'Where the features lie'
    await publishReport(ctx, {
      key: 'spatial-data',
      title,
      sample,
      rows: places,
      paragraphs: [
        bbox === null
          ? 'No feature has a geometry, so there is no box.'
          : `**${located.length} features** lie between ${bbox[0]}° and ${bbox[2]}° east and ${bbox[1]}° and ${bbox[3]}° north: ${Object.entries(
              counts,
            )
              .map(([type, count]) => `${count} ${type}`)
              .join(', ')}.`,
        missing === 0 ? 'Every feature has a geometry.' : `${missing} features have no geometry.`,
      ],
      chart: await mapChart({
        title: titled(title, sample),
        features: located.map(({ geometry }, at) => ({
          geometry: geometry as MapChartOptions['features'][number]['geometry'],
          label: places[at]?.name ?? '',
          value: places[at]?.areaKm2 === null ? 0 : 1,
        })),
        classes: [
          { upTo: 0, label: 'place', colour: '#d55e00' },
          { upTo: null, label: 'area', colour: '#9ccfc2' },
        ],
      }),
      method: 'box [west, south, east, north] over all vertices; area centroids; areas on the sphere',
    })
    return { total: features.length, located: located.length, missing, counts, bbox, places }
  },
})

function nameOf(name: unknown, at: number): string {
  return typeof name === 'string' && name !== '' ? name : `feature ${at + 1}`
}

function place(name: string, coordinates: [number, number]): Feature {
  return { type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates } }
}

function area(name: string, [west, south, east, north]: [number, number, number, number]): Feature {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return { type: 'Feature', properties: { name }, geometry: { type: 'Polygon', coordinates: [ring] } }
}
