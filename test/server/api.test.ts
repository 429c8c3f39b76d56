import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servePipeline, type Served } from './given.ts'

let served: Served

beforeEach(async () => {
  served = await servePipeline()
})
afterEach(async () => await served.close())

/** The members that the tests look into. */
interface Body {
  readonly run: { readonly id: string }
  readonly runs: readonly { readonly id: string }[]
  readonly next: string | null
}

async function json(path: string, init?: RequestInit) {
  const answer = await served.ask(path, init)
  return { status: answer.status, body: (await answer.json()) as Body }
}

async function post(path: string, body: unknown = {}) {
  return await json(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
}

describe('the API', () => {
  it('F144 refuses a run with a wrong type, naming the field, and makes none', async () => {
    const refused = await post('/api/deployments/pipeline/weekly/runs', {
      parameters: { batchRows: 'many', target: { instance: 7 } },
    })

    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({
      error: {
        code: 'config/params',
        fields: { batchRows: expect.any(String), 'target.instance': expect.any(String) },
      },
    })
    expect(await served.project.store.runs.list()).toEqual([])
  })

  it('F144 refuses a parameter that the flow does not have', async () => {
    const refused = await post('/api/runs', { flow: 'pipeline', parameters: { batchrows: 7 } })

    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({ error: { fields: { batchrows: expect.stringContaining('unknown') } } })
  })

  it('starts runs of deployments and of flows, and tells what became of them', async () => {
    const deployed = await post('/api/deployments/pipeline/weekly/runs', {
      parameters: { batchRows: 7 },
      tags: ['now'],
    })
    const plain = await post('/api/runs', { flow: 'failing' })
    await served.work()

    expect([deployed.status, plain.status]).toEqual([201, 201])
    const { id } = deployed.body.run
    expect((await json(`/api/runs/${id}`)).body).toMatchObject({
      run: { state: 'completed', parameters: { batchRows: 7 }, tags: ['regions', 'now'] },
      history: [{ type: 'scheduled' }, { type: 'pending' }, { type: 'running' }, { type: 'completed' }],
    })
    expect((await json(`/api/runs/${id}/steps`)).body).toMatchObject({ steps: { length: 7 } })
    expect((await json(`/api/runs/${id}/logs?level=warn`)).body).toMatchObject({ lines: [{ level: 'warn' }] })
    expect((await json('/api/runs?state=failed')).body).toMatchObject({
      runs: [{ flowName: 'failing', failure: { message: expect.stringContaining('refused') } }],
      next: null,
    })
  })

  it('F054 lists an artifact with its key, type, text, description and run', async () => {
    const { body } = await post('/api/deployments/pipeline/weekly/runs')
    const { id } = body.run
    await served.work()

    expect((await json('/api/artifacts/words')).body).toEqual({
      versions: [
        {
          id: expect.any(String),
          runId: id,
          taskRunId: null,
          key: 'words',
          description: 'In words',
          content: { kind: 'markdown', text: '# Done: rows.csv\n\n<script>alert(1)</script> [x](javascript:alert(1))' },
          createdAt: expect.any(String),
        },
      ],
    })
    expect((await json(`/api/runs/${id}/artifacts`)).body).toMatchObject({ artifacts: { length: 3 } })
  })

  it('gives runs in pages without gap or repeat', async () => {
    for (let run = 0; run < 5; run += 1) await post('/api/runs', { flow: 'failing' })

    const seen: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const { body }: { body: Body } = await json(`/api/runs?limit=2${next === '' ? '' : `&before=${next}`}`)
      seen.push(...body.runs.map(({ id }) => id))
      next = body.next
    }

    expect(new Set(seen).size).toBe(5)
    expect(seen).toEqual(seen.toSorted().toReversed())
  })

  it('cancels, retries, pauses and resumes', async () => {
    const { body } = await post('/api/runs', { flow: 'failing' })
    const { id } = body.run

    expect((await post(`/api/runs/${id}/cancel`)).body).toMatchObject({ run: { state: 'cancelled' } })
    expect(await post(`/api/runs/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { error: { code: 'engine/transition' } },
    })
    expect((await post(`/api/runs/${id}/retry`)).body).toMatchObject({
      run: { state: 'scheduled', stateName: 'Resuming' },
    })
    expect((await post('/api/deployments/pipeline/weekly/pause')).body).toMatchObject({ paused: true })
    expect((await json('/api/deployments')).body).toMatchObject({
      deployments: [{ name: 'weekly', paused: true, next: [] }],
    })
    expect((await post('/api/deployments/pipeline/weekly/resume')).body).toEqual({ paused: false })
  })

  it('sets and removes variables', async () => {
    await json('/api/variables/threshold', {
      method: 'PUT',
      body: JSON.stringify({ value: { rows: 3 } }),
      headers: { 'content-type': 'application/json' },
    })
    const listed = await json('/api/variables')
    const removed = await json('/api/variables/threshold', { method: 'DELETE' })

    expect(listed.body).toMatchObject({ variables: [{ name: 'threshold', value: { rows: 3 } }] })
    expect(removed.body).toEqual({ removed: true })
  })

  it('never gives a secret away', async () => {
    const block = await served.project.blockType('slack-webhook')
    await served.project.blocks.save(block, 'team', { url: 'https://hooks.example.org/secret-1' })

    const { body } = await json('/api/blocks')

    expect(body).toMatchObject({ blocks: [{ name: 'team', values: { url: '***' } }] })
    expect(JSON.stringify(body)).not.toContain('sealed')
  })

  it('tells what a flow takes', async () => {
    expect((await json('/api/flows/pipeline')).body).toMatchObject({
      flow: { name: 'pipeline', parameterSchema: { properties: { batchRows: { type: 'integer', default: 250 } } } },
    })
  })

  it.each([
    ['/api/runs/nothing', 404, 'store/not-found'],
    ['/api/flows/pipelin', 400, 'config/params'],
    ['/api/deployments/pipeline/nightly', 404, 'store/not-found'],
    ['/api/runs?state=finished', 400, 'cli/usage'],
    ['/api/runs?limit=0', 400, 'cli/usage'],
    ['/api/nothing', 404, 'server/not-found'],
  ])('answers %s with %i and what to do', async (path, status, code) => {
    const { status: given, body } = await json(path)

    expect(given).toBe(status)
    expect(body).toMatchObject({ error: { code, message: expect.any(String), hint: expect.any(String) } })
  })

  it.each(['not json', '[1]', '{"flow": 7}', '{"flow":"failing","tags":"now"}'])(
    'refuses the body %s',
    async (body) => {
      const answer = await json('/api/runs', { method: 'POST', body, headers: { 'content-type': 'application/json' } })

      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'cli/usage' } } })
      expect(await served.project.store.runs.list()).toEqual([])
    },
  )
})
