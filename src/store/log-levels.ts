/** Levels of a log, least grave first. */
import type { LogLevel } from '../base/log.ts'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** This level and the graver ones. */
export function levelsFrom(level: LogLevel): readonly LogLevel[] {
  return LEVELS.slice(LEVELS.indexOf(level))
}
