/** The hierarchy, every night: who changes organisation units without telling anybody is seen in the morning. */
import { cron, deployment } from 'd2flow'
import { slackWebhook } from 'd2flow/notify'
import { dhis2OrgUnits } from '../../flows/dhis2/dhis2-org-units.ts'

export const orgUnitsNightly = deployment({
  name: 'org-units-nightly',
  flow: dhis2OrgUnits,
  schedule: cron('0 2 * * *', 'Africa/Maputo'),
  params: { instance: 'dhis2' },
  notify: [{ when: ['failed', 'crashed'], through: slackWebhook, named: 'data-team' }],
})
