/**
 * Can org-unit geometry be kept as GeoParquet?
 *
 * Source: the organisation units of a DHIS2 instance, read page by page. Target: a bucket, named by a saved object-store
 * block. Units without a geometry are counted and left out. Coordinates stay as DHIS2 holds them (longitude and latitude,
 * EPSG:4326). The stored object is read back and compared byte by byte; a failed upload fails the run, unless `localCopy`
 * asks on purpose for the file to stay in the folder of the run instead.
 */
import { flow, task } from 'd2flow'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { writeAtomically } from 'd2flow/files'
import { toGeoParquet, type Geometry, type GeoRow } from 'd2flow/geo'
import { formatBytes, formatCount, formatNumber } from 'd2flow/render'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'
import { keepFile } from '../upload-file.ts'
import { RETRY_READING } from '../reading-tasks.ts'

const COLUMNS = { id: 'text', name: 'text', shortName: 'text', level: 'integer', parentId: 'text' } as const

const writeGeometry = task({
  name: 'write-geometry',
  retry: RETRY_READING,
  async run({ instance, level, path }: { instance: string; level: number | null; path: string }, ctx) {
    const client = await ctx.open(dhis2, instance)
    const rows: GeoRow[] = []
    let withoutGeometry = 0
    for await (const unit of client.orgUnits({ geometry: true, ...(level === null ? {} : { level }) })) {
      const { id, name, shortName, parentId, geometry } = unit
      if (geometry === null || geometry === undefined) withoutGeometry += 1
      // whether it is a shape is checked when the file is made
      else
        rows.push({ geometry: geometry as Geometry, properties: { id, name, shortName, level: unit.level, parentId } })
      if ((rows.length + withoutGeometry) % 200 === 0) ctx.progress(rows.length + withoutGeometry, null, 'units')
    }
    const { bytes, geometryTypes, bounds } = await toGeoParquet(rows, COLUMNS)
    await writeAtomically(path, bytes)
    return {
      features: rows.length,
      withoutGeometry,
      geometryTypes: geometryTypes.map((type) => ({
        type,
        units: rows.filter(({ geometry }) => geometry.type === type).length,
      })),
      bounds,
    }
  },
})

export const dhis2GeoparquetExport = flow({
  name: 'dhis2-geoparquet-export',
  keepWorkDir: true,
  params: z.object({
    instance: z.string().default('dhis2').describe('name of a saved dhis2 block'),
    level: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('only units of this level, the country being 1; null reads all'),
    store: z.string().default('exports').describe('name of a saved object-store block'),
    key: z.string().default('org-units.parquet').describe('key of the object'),
    localCopy: z
      .boolean()
      .default(false)
      .describe('when the upload fails, leave the file in the folder of the run, and say so'),
  }),
  async run({ instance, level, store, key, localCopy }, ctx) {
    const path = join(ctx.workDir, 'org-units.parquet')
    const { features, withoutGeometry, geometryTypes, bounds } = await writeGeometry({ instance, level, path })
    const { backend, bytes } = await keepFile(ctx, { path, store, key }, localCopy)

    const box = bounds?.map((degrees) => degrees.toFixed(6)).join(', ') ?? 'none'
    await publishReport(ctx, {
      key: 'dhis2-geoparquet-export',
      title: 'Shapes of the organisation units',
      sample: false,
      rows: geometryTypes,
      paragraphs: [
        `**${formatCount(features, 'shape')}** (${formatBytes(bytes)}) are kept as ${key} at ${backend}, and were read back.`,
        withoutGeometry === 0
          ? 'Every unit has a geometry.'
          : `${formatNumber(withoutGeometry)} of ${formatCount(features + withoutGeometry, 'unit')} have no geometry and are not in the file.`,
        `They lie within west, south, east, north: ${box}.`,
      ],
      method: 'GeoParquet 1.1.0, shapes as well-known binary in longitude and latitude',
      source: {
        name: `DHIS2 instance "${instance}"`,
        what: 'organisation units with geometry',
        licence: "the instance's own",
      },
    })
    if (features === 0) ctx.warn('no unit has a geometry that this account may see: the file has no rows')
    return { features, withoutGeometry, geometryTypes, bounds, bytes, key, backend }
  },
})
