/** Yesterday's air, every morning. */
import { cron, deployment } from 'd2flow'
import { slackWebhook } from 'd2flow/notify'
import { airQualityIndex } from '../../flows/climate/air-quality-index.ts'

export const airQualityDaily = deployment({
  name: 'air-quality-daily',
  flow: airQualityIndex,
  schedule: cron('30 6 * * *', 'Europe/Oslo'),
  params: { data: 'live', connection: 'public' },
  notify: [{ when: ['failed', 'crashed'], through: slackWebhook, named: 'data-team' }],
})
