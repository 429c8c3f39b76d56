/** `d2flow schedule …`: what may be asked. */
import type { Declare } from '../declare.ts'
import { parseCount, parseSeconds } from '../option-values.ts'

export const declareSchedule: Declare = (command, invoke) => {
  command
    .command('preview')
    .description('show the next moments of a schedule, before anybody depends on it')
    .option('--cron <pattern>', 'five fields: minute, hour, day of month, month, weekday')
    .option('--interval <seconds>', 'every so many seconds', parseSeconds)
    .option('--rrule <rule>', 'a recurrence rule of RFC 5545')
    .option('--timezone <zone>', 'an IANA name', 'UTC')
    .option('--after <time>', 'from which moment on (ISO 8601; default: now)')
    .option('--count <number>', 'how many', parseCount, 10)
    .addHelpText(
      'after',
      `
A fixed local time that a clock change leaves out runs as much later; one that comes twice runs at the first.

Examples:
  d2flow schedule preview --cron "0 6 * * 1" --timezone Africa/Nairobi
  d2flow schedule preview --cron "30 2 * * *" --timezone Europe/Oslo --after 2026-03-27T00:00:00Z
  d2flow schedule preview --rrule "FREQ=WEEKLY;BYDAY=MO,WE,FR" --count 5`,
    )
    .action((options) =>
      invoke(async (invocation) => (await import('../commands/schedule.ts')).preview(invocation, options)),
    )
}
