/** A project with flows worth looking at, and its pages, asked without a port. */
import { deployment, flow, link, markdown, table, task } from 'd2flow'
import { accessFor, createServerApp } from 'd2flow/server'
import { z } from 'zod'
import { silentLog } from '../../src/base/log.ts'
import { newKeyText } from '../../src/base/secret.ts'
import { readSettings, type Environment } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import type { ProjectDefinition } from '../../src/project/define-project.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { createService } from '../../src/project/serve.ts'
import { cron } from '../../src/schedule/schedule.ts'
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'

export const seen: unknown[] = []

const clean = task({ name: 'clean', run: ({ row }: { row: number }) => row })

const loadRegion = flow({
  name: 'load-region',
  params: z.object({ region: z.string() }),
  run: async ({ region }) => {
    await clean({ row: 1 })
    return region
  },
})

export const pipeline = flow({
  name: 'pipeline',
  description: 'What came of every row?',
  params: z.object({
    source: z.string().min(1).default('rows.csv').describe('where the rows come from'),
    batchRows: z.int().min(1).max(1_000).default(250).describe('rows in a request'),
    mode: z.enum(['append', 'replace']).default('append'),
    dryRun: z.boolean().default(true),
    regions: z.array(z.string()).default(['North', 'South']),
    target: z.object({ instance: z.string(), dataSet: z.string().nullable().default(null) }),
    limit: z.number().optional(),
  }),
  async run(params, ctx) {
    seen.push(params)
    ctx.log.info(`reading ${params.source}`)
    ctx.log.warn('<b>3 rows</b> name an unknown district')
    for (const row of [1, 2, 3]) await clean({ row })
    await Promise.all(clean.map({ row: [4, 5, 6, 7] }))
    for (const region of params.regions) await loadRegion({ region })
    await ctx.publish(
      table(
        'report',
        [
          { region: 'North', rows: 12 },
          { region: '<i>South</i>', rows: null },
        ],
        'Rows',
      ),
    )
    await ctx.publish(
      markdown('words', `# Done: ${params.source}\n\n<script>alert(1)</script> [x](javascript:alert(1))`, 'In words'),
    )
    await ctx.publish(link('origin', 'https://example.org/rows', 'The rows'))
    return params.regions.length
  },
})

const failing = flow({
  name: 'failing',
  run(): never {
    throw new Error('DHIS2 refused the credentials of "sync"')
  },
})

const asking = flow({
  name: 'asking',
  async run(_params: unknown, ctx) {
    const answer = await ctx.waitForApproval({
      question: 'Publish the figures?',
      input: z.object({ copies: z.int().default(1) }),
    })
    seen.push(answer)
    return answer.approved
  },
})

/** Four flows, one of them deployed. */
export const pipelineProject: ProjectDefinition = {
  flows: [pipeline, loadRegion, failing, asking],
  deployments: [
    deployment({
      name: 'weekly',
      flow: pipeline,
      schedule: cron('0 6 * * 1', 'Africa/Nairobi'),
      params: { target: { instance: 'prod' } },
      tags: ['regions'],
      description: 'every Monday',
    }),
  ],
}

export interface Served {
  readonly project: Project
  readonly clock: FakeClock
  /** Asks a page or the API, as a browser on this machine does. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
  /** The page as text, with one space where there are several, and none between tags. */
  readonly page: (path: string, init?: RequestInit) => Promise<string>
  /** Sends a form, as its page does. */
  readonly send: (path: string, fields: Readonly<Record<string, string>>) => Promise<Response>
  /** Executes what was asked for, until nothing is left to do. */
  readonly work: () => Promise<void>
  readonly close: () => Promise<void>
}

export const HERE = 'http://127.0.0.1:4200'

export async function servePipeline(
  options: { readonly host?: string; readonly environment?: Environment; readonly executes?: boolean } = {},
): Promise<Served> {
  const clock = createFakeClock(new Date('2026-03-02T06:00:00Z'))
  const settings = readSettings({ D2FLOW_KEY: newKeyText(), ...options.environment })
  const project = await openProject({
    folder: '/nowhere',
    definition: pipelineProject,
    settings,
    store: 'memory:',
    clock,
  })
  await applyDeployments(project.deployments, project.store, clock)
  const app = createServerApp({
    project,
    access: accessFor(options.host ?? '127.0.0.1', settings),
    executes: options.executes ?? true,
    version: '0.1.0',
    clock,
  })
  const service = createService({ project, clock, log: silentLog, signal: new AbortController().signal })
  const ask = async (path: string, init: RequestInit = {}) => await app.request(`${HERE}${path}`, init)
  return {
    project,
    clock,
    ask,
    page: async (path, init) => compact(await (await ask(path, init)).text()),
    send: async (path, fields) =>
      await ask(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: HERE } }),
    async work() {
      while ((await service.worker.take()) > 0) await service.worker.idle()
    },
    close: () => project.close(),
  }
}

/** How a page is laid out in the code is nobody's business. */
export function compact(html: string): string {
  return html.replaceAll(/\s+/g, ' ').replaceAll(/ ?(<\/?|\/?>) ?/g, '$1')
}

/** The address of the only run of a flow. */
export async function runOf({ project }: Served, flowName: string): Promise<string> {
  const [run] = await project.store.runs.list({ flowName, limit: 1 })
  if (run === undefined) throw new Error(`${flowName} has no run`)
  return `/runs/${run.id}`
}
