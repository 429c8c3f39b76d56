/**
 * How a task reads a source of ours: tried again where the error says that this may help, and, for figures that change
 * once a year, kept for a day.
 */
import { HOUR } from 'd2flow'

/** Waits of 2 s and 5 s bridge a dropped connection; a longer outage is told to whoever started the run. */
export const RETRY_READING = { attempts: 3, delaysMs: [2_000, 5_000] } as const

export const KEEP_A_DAY = { by: 'inputs', forMs: 24 * HOUR } as const
