import { deployment, flow } from 'd2flow'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readSettings } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'
import { createService } from '../../src/project/serve.ts'
import { silentLog } from '../../src/base/log.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'

const pipeline = flow({
  name: 'pipeline',
  params: z.object({
    source: z.string().min(1).describe('where the rows come from'),
    batchRows: z.int().min(1).default(500).describe('rows in a request'),
    mode: z.enum(['append', 'replace']).default('append'),
    dryRun: z.boolean().default(false),
    stages: z
      .array(z.object({ name: z.string(), retries: z.int().default(0) }).meta({ id: 'Stage' }))
      .default([])
      .describe('what is done, in order'),
    target: z.object({ instance: z.string(), dataSet: z.string().nullable().default(null) }),
  }),
  run: ({ batchRows }) => batchRows + 1,
})

const given = { source: 'rows.csv', target: { instance: 'prod' } }

let project: Project
const clock = createFakeClock()

beforeEach(async () => {
  project = await openProject({
    folder: '/nowhere',
    definition: {
      deployments: [
        deployment({ name: 'strict', flow: pipeline, params: given }),
        deployment({ name: 'open', flow: pipeline, params: given, enforceParameterSchema: false }),
      ],
    },
    settings: readSettings({}),
    store: 'memory:',
    clock,
  })
  await applyDeployments(project.deployments, project.store, clock)
})

async function deployed(name: string) {
  const found = await project.store.deployments.get('pipeline', name)
  if (found === null) throw new Error(`${name} is not deployed`)
  return found
}

describe('the schema of a deployment', () => {
  it('F142 has types, defaults, descriptions, choices, what is required and what lies within', async () => {
    const { parameterSchema } = await deployed('strict')

    expect(parameterSchema).toEqual({
      type: 'object',
      required: ['source', 'target'],
      properties: {
        source: { type: 'string', minLength: 1, description: 'where the rows come from' },
        batchRows: {
          type: 'integer',
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          default: 500,
          description: 'rows in a request',
        },
        mode: { type: 'string', enum: ['append', 'replace'], default: 'append' },
        dryRun: { type: 'boolean', default: false },
        stages: {
          type: 'array',
          items: { $ref: '#/$defs/Stage' },
          default: [],
          description: 'what is done, in order',
        },
        target: {
          type: 'object',
          required: ['instance'],
          properties: {
            instance: { type: 'string' },
            dataSet: { type: ['string', 'null'], default: null },
          },
        },
      },
      $defs: {
        Stage: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string' },
            retries: {
              type: 'integer',
              minimum: Number.MIN_SAFE_INTEGER,
              maximum: Number.MAX_SAFE_INTEGER,
              default: 0,
            },
          },
        },
      },
    })
  })

  it('F144 refuses a run with a wrong type when it is asked for, naming the field', async () => {
    const asking = requestRun(project, await deployed('strict'), {
      batchRows: 'many',
      stages: [{ name: 'clean', retries: 'often' }],
    })

    await expect(asking).rejects.toMatchObject({
      code: 'config/params',
      details: { fields: { batchRows: expect.any(String), 'stages.0.retries': expect.any(String) } },
    })
    expect(await project.store.runs.list()).toEqual([])
  })

  it('F144 without enforcement makes the run, which fails by the check of its flow', async () => {
    const service = createService({ project, clock, log: silentLog, signal: new AbortController().signal })
    const run = await requestRun(project, await deployed('open'), { batchRows: 'many' })

    await service.worker.take()
    await service.worker.idle()

    expect(run.parameters).toMatchObject({ batchRows: 'many' })
    expect(await project.store.runs.get(run.id)).toMatchObject({
      state: { type: 'failed' },
      failure: { code: 'config/params', message: expect.stringContaining('batchRows') },
    })
  })
})
