/** The door `d2flow/testing`: what a test of a flow needs, for our tests and for those of whoever uses us. */
export { dhis2Handlers, type Dhis2HandlersOptions } from '../../fixtures/dhis2/index.ts'
export { openMeteoAnswers, openMeteoHandlers, type OpenMeteoHandlers } from '../../fixtures/open-meteo/index.ts'
export { slackAnswers, slackHandlers, type SlackHandlers } from '../../fixtures/slack/index.ts'
export { webhookHandlers, type WebhookHandlers } from '../../fixtures/webhook/index.ts'
export { createFakeClock, type FakeClock } from './fake-clock.ts'
export { mockNetwork, type MockNetwork } from './mock-network.ts'
export { runFlow, type FlowRunReport, type LentBlock, type RunFlowOptions } from './run-flow.ts'
export { stubClient } from './stub-client.ts'
