/** The two generations of data value import: up to 2.42 the server judges row by row, from 2.43 whole groups. */
import type { ServerVersion } from './server-version.ts'

export type ServerGeneration = 'row-by-row' | 'by-group'

export function serverGeneration({ majorMinor: [major, minor] }: ServerVersion): ServerGeneration {
  return major === 2 && minor <= 42 ? 'row-by-row' : 'by-group'
}
