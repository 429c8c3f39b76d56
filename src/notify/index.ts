/** The door `d2flow/notify`: ways of telling people. */
export type { Message, Notifier } from './notifier.ts'
export {
  cancelTheRun,
  nobodyServes,
  noSuccess,
  pauseSchedules,
  rule,
  runEnds,
  startRunOf,
  stateLasts,
  tell,
} from './rule.ts'
export { openSlack, slackText, slackWebhook, SlackWebhook, type SlackWebhookSettings } from './slack.ts'
export { checkPlaceholders, placeholdersOf, resolveTemplate } from './template.ts'
export { customWebhook, CustomWebhook, openWebhook, type CustomWebhookSettings } from './webhook.ts'
