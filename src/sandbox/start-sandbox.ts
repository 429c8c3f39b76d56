/**
 * The sandbox: fakes of DHIS2, Open-Meteo, the World Bank, WorldPop, Slack, a webhook receiver and an object store, each at an address of its own on this machine,
 * so that clients written for the real ones work unchanged. Nothing is kept when it stops.
 */
import { UsageError } from '../base/errors.ts'
import { buildHomePage } from './home-page.ts'
import { sandboxBlocks, type SandboxBlocks } from './sandbox-blocks.ts'
import { type Answering, type Served, listen } from '../project/listen.ts'
import type { ReceivedRequest } from '../../fixtures/webhook/index.ts'
import type { SlackMessage } from '../../fixtures/slack/index.ts'

export interface SandboxOptions {
  /** The port of the DHIS2 server; the others take the ones after it. Default: any free ones. */
  readonly port?: number
  /** Which DHIS2 it answers as. Default 2.42. */
  readonly dhis2?: '2.40' | '2.41' | '2.42' | '2.43'
  /** All 1,332 units, or the first two regions. Default full. */
  readonly country?: 'full' | 'small'
  /** Data values that are there from the start: none, the good rows of the demo file, or all 188,697. Default none. */
  readonly values?: 'none' | 'demo' | 'full'
}

export interface SandboxAddresses {
  readonly dhis2: string
  readonly openMeteo: string
  readonly worldBank: string
  readonly worldPop: string
  readonly objectStore: string
  readonly slack: string
  readonly webhook: string
  /** A page that shows the others and what was sent to them. */
  readonly home: string
}

export interface SandboxMessages {
  readonly slack: readonly SlackMessage[]
  readonly webhook: readonly ReceivedRequest[]
}

export interface Sandbox {
  readonly addresses: SandboxAddresses
  /** Values for blocks that lead here, by the type of block. */
  readonly blocks: SandboxBlocks
  /** What was sent to Slack and to the webhook so far, oldest first. */
  messages(): Promise<SandboxMessages>
  /** Ends every connection and frees the ports. */
  stop(): Promise<void>
}

const PERSONALITIES = ['2.42', '2.43'] as const

/** @throws UsageError `cli/usage` for a version that is not there, or a port that is taken */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, dhis2: version = '2.42', country = 'full', values = 'none' } = options
  const personality = PERSONALITIES.find((each) => each === version)
  if (personality === undefined) {
    throw new UsageError('cli/usage', `the sandbox cannot answer as DHIS2 ${version}`, {
      hint: `it can answer as ${PERSONALITIES.join(' and ')}`,
      details: { asked: version, there: PERSONALITIES },
    })
  }
  const [
    { createDhis2App },
    { createState },
    { loadCountry },
    { createOpenMeteoFake },
    { createSlackFake },
    { createWebhookSink },
    { createWorldBankFake },
    { createWorldPopFake },
    { createObjectStoreFake },
  ] = await Promise.all([
    import('../../fixtures/dhis2/app.ts'),
    import('../../fixtures/dhis2/state.ts'),
    import('../../fixtures/dhis2/country/index.ts'),
    import('../../fixtures/open-meteo/index.ts'),
    import('../../fixtures/slack/index.ts'),
    import('../../fixtures/webhook/index.ts'),
    import('../../fixtures/world-bank/index.ts'),
    import('../../fixtures/worldpop/index.ts'),
    import('../../fixtures/object-store/index.ts'),
  ])
  const state = createState(personality)
  loadCountry(state, { size: country, values })
  const slack = createSlackFake()
  const webhook = createWebhookSink()
  const messages = (): SandboxMessages => ({ slack: slack.messages, webhook: webhook.received })

  const started: Served[] = []
  const serve = async (app: Answering) => {
    const served = await listen(app, { port: port === 0 ? 0 : port + started.length })
    started.push(served)
    return served.address
  }
  const stop = async () => {
    await Promise.all(started.map((served) => served.stop()))
  }
  try {
    const fakes = {
      dhis2: await serve(createDhis2App({ personality, state }).app),
      openMeteo: await serve(createOpenMeteoFake().app),
      slack: await serve(slack.app),
      webhook: await serve(webhook.app),
      worldBank: await serve(createWorldBankFake().app),
      worldPop: await serve(createWorldPopFake().app),
      objectStore: await serve(createObjectStoreFake().app),
    }
    const home = await serve({
      fetch: () => buildHomePage({ version: personality, addresses: fakes, messages: messages() }),
    })
    const addresses = { ...fakes, home }
    return { addresses, blocks: sandboxBlocks(addresses), messages: async () => messages(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
