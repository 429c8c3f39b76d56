/** The door `d2flow/geo`: places, rasters, and what one says about the other. */
export { areaKm2 } from './area-km2.ts'
export { boundingBox, splitBox, type BoundingBox } from './bounding-box.ts'
export { centroid, representativePoint } from './centroid.ts'
export { coverageOf, type Coverage, type CoverageDefect } from './coverage.ts'
export type { Feature, Geometry, Position } from './geojson.ts'
export type { Grid, GridGeometry, GridValues } from './grid.ts'
export { readGeoTiff, type GeoTiffOptions } from './read-geo-tiff.ts'
export { weightedMeanOf, zonalOf, zonalStatistics, type Zonal, type ZonalOptions } from './zonal-statistics.ts'
