/**
 * The libraries that expand schedules, loaded when a schedule is first looked at: whoever imports the door to write a
 * flow without one does not wait for them.
 */
import { createRequire } from 'node:module'
import type * as Croner from 'croner'
import type * as CronWords from 'cronstrue'
import type * as RRule from 'rrule-temporal'
import type * as RuleWords from 'rrule-temporal/totext'
import type * as Polyfill from 'temporal-polyfill'

const require = createRequire(import.meta.url)

export function loadCron(): typeof Croner.Cron {
  return (require('croner') as typeof Croner).Cron
}

export function loadRRule(): typeof RRule.RRuleTemporal {
  return (require('rrule-temporal') as typeof RRule).RRuleTemporal
}

export function loadCronWords(): typeof CronWords.default {
  return (require('cronstrue') as typeof CronWords).default
}

export function loadRuleWords(): typeof RuleWords.toText {
  return (require('rrule-temporal/totext') as typeof RuleWords).toText
}

export function loadTemporal(): typeof Polyfill.Temporal {
  return (require('temporal-polyfill') as typeof Polyfill).Temporal
}
