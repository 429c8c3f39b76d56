/** The deployment of `d2flow demo`: a push that falls due every second, and tells Slack how it ended. */
import { deployment, interval, SECOND, type DeploymentDefinition } from 'd2flow'
import { slackWebhook } from 'd2flow/notify'
import { dhis2DataValuePush } from '../../flows/dhis2/dhis2-data-value-push.ts'

/** @param file the CSV file to push, through the saved block "demo" */
export function demoPush(file: string): DeploymentDefinition {
  return deployment({
    name: 'demo',
    flow: dhis2DataValuePush,
    schedule: interval(SECOND),
    params: { file, instance: 'demo' },
    notify: [{ when: ['completed', 'failed', 'crashed'], through: slackWebhook, named: 'demo' }],
  })
}
