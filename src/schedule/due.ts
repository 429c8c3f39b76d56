/**
 * Which moments a schedule names. Pure: the caller says after when.
 *
 * The clock-change rule: a fixed local time that does not exist runs at the same distance after the gap; one that exists
 * twice runs at the first; `*` and steps in the hour field, and rules that repeat hourly or finer, follow elapsed time;
 * whole-day intervals step calendar days; two moments of one schedule that coincide are one. Patterns are expanded as
 * if in UTC and placed by `wall-clock.ts`; no library is left to place a time itself, because each does it differently.
 */
import { DAY, MINUTE } from '../base/duration.ts'
import type { Schedule } from '../model/schedule.ts'
import { parseCron, parseRule } from './schedule.ts'
import { LONGEST_JUMP_MS, placeAll, placeOnce, wallOf } from './wall-clock.ts'

/** A rule that names no moment in this long names none at all: 29 February on a given weekday comes every 28 years. */
const HORIZON_MS = 40 * 366 * DAY

/** The next `count` moments strictly after `after`, soonest first; fewer when the schedule ends. */
export function upcoming(schedule: Schedule, options: { readonly after: Date; readonly count: number }): Date[] {
  const taken: Date[] = []
  for (const moment of momentsAfter(schedule, options.after.getTime())) {
    if (taken.length >= options.count) break
    taken.push(new Date(moment))
  }
  return taken
}

/** The moments in (after, until], soonest first, at most `limit`. */
export function dueBetween(schedule: Schedule, after: Date, until: Date, limit: number = 1_000): Date[] {
  return upcoming(schedule, { after, count: limit }).filter((moment) => moment <= until)
}

/** The last moment before `moment`; null when the schedule begins there. */
export function previous(schedule: Schedule, moment: Date): Date | null {
  const momentMs = moment.getTime()
  // looked for in ever longer stretches, so that a dense schedule is not walked through for years
  for (let spanMs = MINUTE; spanMs < 2 * HORIZON_MS; spanMs *= 2) {
    let last: number | null = null
    for (const found of momentsAfter(schedule, momentMs - 1 - spanMs)) {
      if (found >= momentMs) break
      last = found
    }
    if (last !== null) return new Date(last)
  }
  return null
}

function momentsAfter(schedule: Schedule, afterMs: number): Generator<number> {
  return schedule.kind === 'interval' ? intervalMoments(schedule, afterMs) : wallMoments(schedule, afterMs)
}

type WallSchedule = Exclude<Schedule, { kind: 'interval' }>

/**
 * Instants in order, without repeats, from wall readings in order. Placing can turn neighbours around by at most the
 * longest jump a clock has made, so what is nearer than that to the newest reading is held back until it is sure.
 */
function* wallMoments(schedule: WallSchedule, afterMs: number): Generator<number> {
  const place = followsElapsedTime(schedule) ? placeAll : (wallMs: number, zone: string) => [placeOnce(wallMs, zone)]
  const held = new Set<number>()
  let emittedMs = afterMs
  const flush = function* (beforeMs: number) {
    for (const moment of [...held].filter((moment) => moment < beforeMs).sort((a, b) => a - b)) {
      held.delete(moment)
      if (moment > emittedMs) {
        emittedMs = moment
        yield moment
      }
    }
  }
  for (const wallMs of wallReadings(schedule, afterMs)) {
    if (wallMs - afterMs > HORIZON_MS) break
    for (const moment of place(wallMs, schedule.timeZone)) held.add(moment)
    yield* flush(placeOnce(wallMs, schedule.timeZone) - LONGEST_JUMP_MS)
  }
  yield* flush(Number.POSITIVE_INFINITY)
}

function followsElapsedTime(schedule: WallSchedule): boolean {
  if (schedule.kind === 'rrule')
    return ['HOURLY', 'MINUTELY', 'SECONDLY'].includes(parseRule(schedule.text, 0).frequency)
  const hour = schedule.expression.trim().split(/\s+/)[1] ?? ''
  return hour.includes('*') || hour.includes('/')
}

function* wallReadings(schedule: WallSchedule, afterMs: number): Generator<number> {
  const localAfterMs = wallOf(afterMs, schedule.timeZone)
  const fromMs = clockIsSteady(afterMs, schedule.timeZone) ? localAfterMs : localAfterMs - LONGEST_JUMP_MS
  if (schedule.kind === 'cron') {
    const pattern = parseCron(schedule.expression, schedule.dayOr)
    let reading = pattern.nextRun(new Date(fromMs))
    while (reading !== null) {
      yield reading.getTime()
      reading = pattern.nextRun(reading)
    }
    return
  }
  // without DTSTART a rule counts from the local calendar day of `after`
  const { rule, until } = parseRule(schedule.text, Math.floor(localAfterMs / DAY) * DAY)
  let next = rule.next(new Date(fromMs), true)
  while (next !== null) {
    const wallMs = next.epochMilliseconds
    const comparedMs = until?.isInstant === true ? placeOnce(wallMs, schedule.timeZone) : wallMs
    if (until !== null && comparedMs > until.ms) return
    yield wallMs
    next = rule.next(new Date(wallMs), false)
  }
}

/** No clock change within a jump's reach: then the readings before `after` cannot land behind it. */
function clockIsSteady(instantMs: number, timeZone: string): boolean {
  const offsetMs = (atMs: number) => wallOf(atMs, timeZone) - atMs
  return offsetMs(instantMs - LONGEST_JUMP_MS) === offsetMs(instantMs + LONGEST_JUMP_MS)
}

function* intervalMoments(schedule: Extract<Schedule, { kind: 'interval' }>, afterMs: number): Generator<number> {
  const anchorMs = schedule.anchorAt === null ? afterMs : Date.parse(schedule.anchorAt)
  const { everyMs, timeZone } = schedule
  if (everyMs % DAY !== 0) {
    for (let step = Math.floor((afterMs - anchorMs) / everyMs) + 1; ; step += 1) yield anchorMs + step * everyMs
  }
  const anchorWallMs = wallOf(anchorMs, timeZone)
  let step = Math.floor((wallOf(afterMs, timeZone) - LONGEST_JUMP_MS - anchorWallMs) / everyMs)
  for (; ; step += 1) {
    const moment = placeOnce(anchorWallMs + step * everyMs, timeZone)
    if (moment > afterMs) yield moment
  }
}
