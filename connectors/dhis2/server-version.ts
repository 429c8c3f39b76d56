/** Versions as servers write them: `2.42.4`, `2.42.5.2`, `2.43-SNAPSHOT`, `2.41.8-rc`. */
import { Dhis2Error } from './errors.ts'

export interface ServerVersion {
  /** As the server writes it. */
  readonly version: string
  /** What versions are compared by. */
  readonly majorMinor: readonly [number, number]
}

/** @throws Dhis2Error `dhis2/version` when the text does not begin with two numbers */
export function parseServerVersion(text: string): ServerVersion {
  const [, major, minor] = /^\s*v?(\d+)\.(\d+)/.exec(text) ?? []
  if (major === undefined || minor === undefined) {
    throw new Dhis2Error('dhis2/version', `"${text}" is no version of DHIS2`, {
      hint: 'is the address the one of a DHIS2 server?',
      details: { version: text },
    })
  }
  return { version: text.trim(), majorMinor: [Number(major), Number(minor)] }
}
