/** A moment from the command line. */
import { UsageError } from '../base/errors.ts'

/** @throws UsageError `cli/usage` */
export function parseMoment(text: string): Date {
  const moment = new Date(text)
  if (Number.isNaN(moment.getTime())) {
    throw new UsageError('cli/usage', `"${text}" is not a moment`, { hint: 'write it like 2026-11-24T06:00:00Z' })
  }
  return moment
}
