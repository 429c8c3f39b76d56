/**
 * Rasters of countries: reading 13.5 million cells packed with LZW, asking them for 13 districts, and asking 250 million
 * cells in a process of its own, whose memory is what the figure is about.
 *
 * The file is made here; its cells look like a population raster (many empty ones, small numbers of people).
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from 'd2flow/analysis'
import { readGeoTiff, zonalOfGeoTiff, zonalStatistics, type Feature } from 'd2flow/geo'
import { writeGeoTiff } from '../test/geo/write-geo-tiff.ts'
import { printFigure } from './measure/figure.ts'
import { processorSeconds, processorSecondsOf } from './measure/processor-seconds.ts'

const CELL = 1 / 1200
const figure = (metric: string, value: number, unit: string, n: number) =>
  printFigure({ bench: 'geo-tiff', metric, value, unit, n })

if (process.argv[2] === 'large') await askLarge(process.argv[3] ?? '')
else await measure()

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'd2flow-bench-geotiff-'))
  try {
    const path = join(folder, 'country.tif')
    writeFileSync(path, population(3000, 500, 9))
    await readGeoTiff(path)
    const { seconds, result } = await processorSecondsOf(() => readGeoTiff(path))
    figure('13.5 Mpx packed with LZW, read', seconds, 's of processor', result.width * result.height)

    const districts = grid(3000, 4500, 13)
    zonalStatistics(result, districts)
    const warm = processorSeconds(() => zonalStatistics(result, districts))
    figure('13 districts over 13.5 Mpx, warm', warm.seconds, 's of processor', districts.length)

    const large = join(folder, 'large.tif')
    writeFileSync(large, population(16_000, 500, 32))
    const run = spawnSync(process.execPath, ['--conditions=source', import.meta.filename, 'large', large], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (run.status !== 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function askLarge(path: string): Promise<void> {
  const districts = grid(16_000, 16_000, 13)
  const { seconds } = await processorSecondsOf(() => zonalOfGeoTiff(path, districts))
  figure('13 districts over 256 Mpx, straight from the file', seconds, 's of processor', districts.length)
  figure('its peak memory', process.resourceUsage().maxRSS / 1024, 'MB', 1)
}

/** Two cells of three are empty, the others hold a few people; the strips repeat, so that the file is quickly made. */
function population(width: number, rows: number, repeats: number): Uint8Array {
  const random = seededRandom(width)
  const values = Float32Array.from({ length: width * rows }, (_, cell) => {
    return (cell >> 6) % 3 > 0 ? -99_999 : Math.round(random() * 40) / 8
  })
  return writeGeoTiff({
    width,
    values,
    rowsPerStrip: rows / 25,
    repeats,
    cell: CELL,
    origin: [29.5, 4.25],
    nodata: '-99999',
  })
}

/** Rough discs that together reach over most of the raster. */
function grid(width: number, height: number, count: number): Feature[] {
  const random = seededRandom(count)
  const radius = Math.sqrt((width * height) / count / Math.PI)
  return Array.from({ length: count }, (): Feature => {
    const [x, y] = [radius + random() * (width - 2 * radius), radius + random() * (height - 2 * radius)]
    const ring = Array.from({ length: 2000 }, (_, index) => {
      const [angle, reach] = [(2 * Math.PI * index) / 2000, radius * (0.9 + 0.1 * random())]
      return [29.5 + (x + reach * Math.cos(angle)) * CELL, 4.25 - (y + reach * Math.sin(angle)) * CELL]
    })
    return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] } }
  })
}
