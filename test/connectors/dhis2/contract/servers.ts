/**
 * The servers every contract test runs against: the fake as 2.42 and as 2.43, and a real one when it is named.
 *
 * `D2FLOW_TEST_DHIS2_URL`, `D2FLOW_TEST_DHIS2_USERNAME` and `D2FLOW_TEST_DHIS2_PASSWORD` name it: a server without data
 * of value and an account that is a superuser. Where fake and real differ, the fake is wrong.
 */
import { createDhis2App } from '../../../../fixtures/dhis2/app.ts'
import { createFreshServer } from '../../../../fixtures/dhis2/start/fresh-server.ts'
import { readVariable } from '../../../../src/base/settings.ts'
import { listen } from '../../../../src/project/listen.ts'

export interface ContractServer {
  /** As the name of a test. */
  readonly name: string
  readonly open: () => Promise<OpenServer>
}

export interface OpenServer {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly stop: () => Promise<void>
}

export const FAKES: readonly ContractServer[] = (['2.42', '2.43'] as const).map((personality) => ({
  name: `the fake ${personality}`,
  async open() {
    const { app } = createDhis2App({ personality, state: createFreshServer(personality) })
    const served = await listen(app, { port: 0 })
    return { url: served.address, username: 'admin', password: 'district', stop: () => served.stop() }
  },
}))

export const SERVERS: readonly ContractServer[] = [...FAKES, ...realServer()]

function realServer(): ContractServer[] {
  const url = readVariable('D2FLOW_TEST_DHIS2_URL')
  if (url === undefined) return []
  return [
    {
      name: 'the real server',
      open: () =>
        Promise.resolve({
          url: url.replace(/\/+$/, ''),
          username: readVariable('D2FLOW_TEST_DHIS2_USERNAME') ?? 'admin',
          password: readVariable('D2FLOW_TEST_DHIS2_PASSWORD') ?? 'district',
          stop: () => Promise.resolve(),
        }),
    },
  ]
}
