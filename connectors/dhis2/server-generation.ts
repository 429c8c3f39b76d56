/**
 * The two generations of data value import: up to 2.42 the server judges row by row, from 2.43 whole groups.
 *
 * A version that cannot be read counts as the newer: its rules for sending are the stricter ones.
 */
export type ServerGeneration = 'row-by-row' | 'by-group'

/** @param version as `system/info` says it: `2.42.4`, `2.43-SNAPSHOT`, `2.42.5.2` */
export function serverGeneration(version: string): ServerGeneration {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) === 2 && Number(minor) <= 42 ? 'row-by-row' : 'by-group'
}
