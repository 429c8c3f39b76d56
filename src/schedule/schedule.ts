/** The three kinds of schedule an author can write, checked when they are written. */
import type { Cron } from 'croner'
import type { RRuleTemporal } from 'rrule-temporal'
import { ConfigError } from '../base/errors.ts'
import type { Schedule } from '../model/schedule.ts'
import { loadCron, loadRRule } from './libraries.ts'
import { checkTimeZone } from './wall-clock.ts'

const RRULE_LENGTH = 6_500

/**
 * Five cron fields (minute, hour, day of month, month, weekday), with names, ranges, steps, `L`, `W` and `#`.
 *
 * With `dayOr` (the default) a day matches when day of month OR weekday matches, as cron has always done when both are
 * given; without it both must match.
 *
 * @throws ConfigError `config/params` for a pattern or a zone that cannot be read
 * @example cron('0 6 * * 1', 'Africa/Nairobi') // Mondays at six
 */
export function cron(
  expression: string,
  timeZone: string = 'UTC',
  options: { readonly dayOr?: boolean } = {},
): Schedule {
  const dayOr = options.dayOr ?? true
  try {
    parseCron(expression, dayOr)
  } catch (cause) {
    throw new ConfigError('config/params', `"${expression}" is not a cron pattern: ${(cause as Error).message}`, {
      hint: 'write five fields: minute, hour, day of month, month, weekday, like "0 6 * * 1"',
      cause,
    })
  }
  return { kind: 'cron', expression, timeZone: checkTimeZone(timeZone), dayOr }
}

/**
 * Every so many milliseconds, counted from `anchor`; without one, from when the deployment was first saved.
 * Whole days step the calendar of `timeZone`; everything else counts elapsed time.
 *
 * @throws ConfigError `config/params` for a length that is not above 0
 */
export function interval(everyMs: number, anchor?: Date, timeZone: string = 'UTC'): Schedule {
  if (!(everyMs > 0 && Number.isFinite(everyMs))) {
    throw new ConfigError('config/params', `an interval of ${everyMs} ms is not a length of time`, {
      hint: 'give milliseconds above 0, for example 6 * HOUR',
    })
  }
  return { kind: 'interval', everyMs, anchorAt: anchor?.toISOString() ?? null, timeZone: checkTimeZone(timeZone) }
}

/**
 * A recurrence rule of RFC 5545, such as "FREQ=WEEKLY;BYDAY=MO,WE,FR". `COUNT` is refused: a schedule that is restarted
 * would start counting again.
 *
 * @throws ConfigError `config/params` for a rule that cannot be read, is too long, or counts
 */
export function rrule(text: string, timeZone: string = 'UTC'): Schedule {
  const refuse = (why: string, cause?: unknown) => {
    throw new ConfigError('config/params', `"${text.slice(0, 80)}" cannot be a recurrence rule: ${why}`, {
      hint: 'write it like "FREQ=WEEKLY;BYDAY=MO,WE,FR", with UNTIL to end it',
      cause,
    })
  }
  if (text.length > RRULE_LENGTH) refuse(`it has ${text.length} characters, at most ${RRULE_LENGTH} are read`)
  if (/\bCOUNT=/i.test(text)) refuse('COUNT is not supported')
  try {
    parseRule(text, 0)
  } catch (cause) {
    refuse((cause as Error).message, cause)
  }
  return { kind: 'rrule', text, timeZone: checkTimeZone(timeZone) }
}

/** The pattern on a wall calendar that has no clock changes. */
export function parseCron(expression: string, dayOr: boolean): Cron {
  return new (loadCron())(expression, { paused: true, timezone: 'UTC', mode: '5-part', domAndDow: !dayOr })
}

export interface ParsedRule {
  readonly rule: RRuleTemporal
  /** The last instant (with `Z`) or the last wall reading (without), as milliseconds. */
  readonly until: { readonly ms: number; readonly isInstant: boolean } | null
  readonly frequency: string
}

/** The rule as if in UTC, without its end: an end in UTC is an instant and is compared after placing. */
export function parseRule(text: string, startWallMs: number): ParsedRule {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const ruleLine = lines.find((line) => /^(RRULE:)?FREQ=|^RRULE:/i.test(line)) ?? text
  const startLine = lines.find((line) => /^DTSTART/i.test(line))
  const parts = ruleLine.replace(/^RRULE:/i, '').split(';')
  const until = parts.find((part) => /^UNTIL=/i.test(part))?.slice('UNTIL='.length)
  const kept = parts.filter((part) => !/^UNTIL=/i.test(part)).join(';')
  const start = startLine?.split(':').at(-1)?.replace(/Z$/, '') ?? compact(startWallMs)
  return {
    rule: new (loadRRule())({
      rruleString: `DTSTART;TZID=UTC:${start.includes('T') ? start : `${start}T000000`}\nRRULE:${kept}`,
    }),
    until: until === undefined ? null : { ms: expanded(until), isInstant: until.endsWith('Z') },
    frequency: /FREQ=([A-Z]+)/i.exec(kept)?.[1]?.toUpperCase() ?? '',
  }
}

/** `20240105T060000` from milliseconds, as RFC 5545 writes a local time. */
function compact(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
}

function expanded(text: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z?)?$/.exec(text)
  if (match === null) throw new Error(`UNTIL=${text} is not a time`)
  const [year, month, day, hour, minute, second] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)))
  // a day without a time ends with the day
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour ?? 23, minute ?? 59, second ?? 59)
}
