/** `d2flow schedule preview`: when it would run. */
import { systemClock } from '../../base/clock.ts'
import { SECOND } from '../../base/duration.ts'
import { UsageError } from '../../base/errors.ts'
import { previewSchedule, scheduleFrom } from '../../project/preview-schedule.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { parseMoment } from '../parse-moment.ts'

export interface PreviewOptions {
  readonly cron?: string | undefined
  /** In seconds. */
  readonly interval?: number | undefined
  readonly rrule?: string | undefined
  readonly timezone: string
  readonly after?: string | undefined
  readonly count: number
}

export function preview({ output }: Invocation, options: PreviewOptions): Promise<number> {
  const kinds = [options.cron, options.interval, options.rrule].filter((kind) => kind !== undefined)
  if (kinds.length !== 1) {
    throw new UsageError('cli/usage', `a schedule is of one kind; ${kinds.length} were given`, {
      hint: 'give one of --cron "0 6 * * *", --interval SECONDS, --rrule "FREQ=WEEKLY;BYDAY=MO"',
    })
  }
  const after = options.after === undefined ? systemClock.now() : parseMoment(options.after)
  const schedule = scheduleFrom(
    {
      cron: options.cron,
      intervalMs: options.interval === undefined ? undefined : options.interval * SECOND,
      rrule: options.rrule,
      timeZone: options.timezone,
    },
    after,
  )
  const moments = previewSchedule(schedule, after, options.count)
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: options.timezone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  })
  output.print(
    moments.length === 0
      ? 'it names no moment any more'
      : textTable(moments.map((moment) => ({ utc: moment.toISOString(), [options.timezone]: local.format(moment) }))),
  )
  output.document({ schedule, after, moments })
  return Promise.resolve(EXIT.done)
}
