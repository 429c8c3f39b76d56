/**
 * From what a wall clock reads to the instants at which it reads so, and back.
 *
 * Schedules are expanded on the wall calendar as if it were UTC; this file places each reading in its zone.
 */
import type { Temporal } from 'temporal-polyfill'
import { loadTemporal } from './libraries.ts'
import { ConfigError } from '../base/errors.ts'

/** A reading of a wall clock, kept as the instant at which a clock in UTC reads the same. */
export type WallMs = number

/** How far a zone's clock has ever jumped at once (Samoa left out a whole day in 2011), with room to spare. */
export const LONGEST_JUMP_MS = 26 * 60 * 60 * 1_000

export function wallOf(instantMs: number, timeZone: string): WallMs {
  const local = loadTemporal().Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(timeZone)
  return local.toPlainDateTime().toZonedDateTime('UTC').epochMilliseconds
}

/**
 * The one instant of a fixed local time: a reading that does not exist runs at the same distance after the gap, a
 * reading that exists twice runs at the first.
 */
export function placeOnce(wallMs: WallMs, timeZone: string): number {
  return plainOf(wallMs).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
}

/** Every instant at which the clock reads so: none in a gap, two in an overlap. For schedules that follow elapsed time. */
export function placeAll(wallMs: WallMs, timeZone: string): readonly number[] {
  const plain = plainOf(wallMs)
  const instants = (['earlier', 'later'] as const)
    .map((disambiguation) => plain.toZonedDateTime(timeZone, { disambiguation }))
    .filter((placed) => placed.toPlainDateTime().equals(plain))
    .map((placed) => placed.epochMilliseconds)
  return [...new Set(instants)]
}

/** @throws ConfigError `config/params` for a zone that is not in the IANA list */
export function checkTimeZone(timeZone: string): string {
  try {
    loadTemporal().Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone)
    return timeZone
  } catch (cause) {
    throw new ConfigError('config/params', `"${timeZone}" is not a time zone`, {
      hint: 'use an IANA name such as "Africa/Nairobi" or "UTC"',
      cause,
    })
  }
}

function plainOf(wallMs: WallMs): Temporal.PlainDateTime {
  return loadTemporal().Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime()
}
