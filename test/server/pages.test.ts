import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compact, HERE, runOf, seen, servePipeline, type Served } from './given.ts'

let served: Served

beforeEach(async () => {
  seen.length = 0
  served = await servePipeline()
})
afterEach(async () => await served.close())

const FORM = {
  'p.source': 'december.csv',
  'p.batchRows': '100',
  'p.mode': 'replace',
  'p.dryRun': 'false',
  'p.regions': 'Coast\r\nHills',
  'p.target.instance': 'test',
  'p.target.dataSet': '',
  'p.limit': '',
}

/** Starts the deployment from its form and sees the run through. Gives the address of the run. */
async function ranFromForm(): Promise<string> {
  const answer = await served.send('/deployments/pipeline/weekly/run', FORM)
  await served.work()
  return answer.headers.get('location') ?? ''
}

describe('an empty store', () => {
  it.each([
    ['/', 'd2flow run hello'],
    ['/runs', 'd2flow run hello'],
    ['/artifacts', 'ctx.publish'],
    ['/blocks', 'd2flow block create dhis2 prod'],
    ['/variables', 'd2flow variable set'],
    ['/limits', 'd2flow limit create'],
  ])('says on %s what to do next', async (path, command) => {
    const page = await served.page(path)

    expect(page).toContain(command)
  })

  it('has nothing that needs attention', async () => {
    expect(await served.page('/')).toContain('Nothing. No run of the last day failed')
  })
})

describe('the form of a deployment', () => {
  it('F143 has a control of its kind for each parameter, with its default and description', async () => {
    const page = await served.page('/deployments/pipeline/weekly/run')

    expect(page).toMatch(/<input type="text" value="rows.csv" id="field-source" name="p.source"/)
    expect(page).toMatch(/<input type="number" step="1" value="250" id="field-batchRows"[^>]* min="1" max="1000"/)
    expect(page).toMatch(/<select id="field-mode"[\s\S]*?<option value="append" selected>append<\/option>/)
    expect(page).toMatch(/<input type="checkbox" value="true" id="field-dryRun"[^>]* checked\/>/)
    expect(page).toMatch(/<textarea[^>]*id="field-regions"[^>]*>North South<\/textarea>/)
    expect(page).toMatch(/<legend>target<\/legend>[\s\S]*?value="prod" id="field-target.instance"[^>]* required/)
    expect(page).toContain('where the rows come from')
  })

  it('F143 starts a run with typed values', async () => {
    const run = await ranFromForm()

    expect(seen).toEqual([
      {
        source: 'december.csv',
        batchRows: 100,
        mode: 'replace',
        dryRun: false,
        regions: ['Coast', 'Hills'],
        target: { instance: 'test', dataSet: null },
      },
    ])
    expect(await served.page(run)).toContain('Completed')
  })

  it('F144 says beside the field what does not fit, keeps what was typed, and starts nothing', async () => {
    const answer = await served.send('/deployments/pipeline/weekly/run', {
      ...FORM,
      'p.batchRows': '5000',
      'p.limit': 'plenty',
    })
    const tooMany = await served.send('/deployments/pipeline/weekly/run', { ...FORM, 'p.batchRows': '5000' })

    expect([answer.status, tooMany.status]).toEqual([422, 422])
    expect(await answer.text()).toContain('&quot;plenty&quot; is not a number')
    const page = compact(await tooMany.text())
    expect(page).toMatch(/value="5000" id="field-batchRows"[^>]*aria-invalid="true"/)
    expect(page).toMatch(/id="problem-batchRows" role="alert">[^<]*1000/)
    expect(page).toContain('value="december.csv"')
    expect(await served.project.store.runs.list()).toEqual([])
  })

  it('F143 takes one text of JSON instead, with the same check', async () => {
    const page = await served.page('/deployments/pipeline/weekly/run?as=json')
    const wrong = await served.send('/deployments/pipeline/weekly/run?as=json', { json: '{"batchRows": ' })
    const unfit = await served.send('/deployments/pipeline/weekly/run?as=json', { json: '{"batchRows":"many"}' })
    const right = await served.send('/deployments/pipeline/weekly/run?as=json', { json: '{"batchRows":7}' })

    expect(page).toMatch(/<textarea class="code" name="json"[^>]*>[\s\S]*&quot;batchRows&quot;: 250/)
    expect([wrong.status, unfit.status, right.status]).toEqual([422, 422, 303])
    expect(await wrong.text()).toContain('this is not a JSON object')
    expect(await unfit.text()).toContain('<b>batchRows</b>')
  })

  it('is filled with the parameters of the run that is to be run again', async () => {
    const run = await ranFromForm()

    const again = await served.ask(`${run}/again`)
    const form = await served.page(again.headers.get('location') ?? '')

    expect(form).toContain('value="december.csv"')
    expect(form).toMatch(/<option value="replace" selected>/)
  })

  it('says that nobody executes the run where nobody does', async () => {
    const shows = await servePipeline({ executes: false })

    expect(await shows.page('/flows/failing/run')).toContain('waits for a serving process')
    await shows.close()
  })
})

describe('the page of a run', () => {
  it('F242 shows its state, its steps, what it called, and what it published', async () => {
    const run = await ranFromForm()

    const page = await served.page(run)

    expect(page).toMatch(/class="badge good">[\s\S]*?Completed/)
    expect(page).toContain('7 × clean')
    expect(page).toMatch(/<a href="\/runs\/[0-9a-f-]+">load-region \([a-z]+-[a-z]+\)<\/a>/)
    expect(page).toContain('aria-current="true">Artifacts<span class="count">3</span>')
    expect(page).toContain('Rows')
  })

  it('F055 shows a table with a header row of its columns', async () => {
    const page = await served.page(await ranFromForm())

    expect(page).toMatch(
      /<thead><tr><th scope="col">region<\/th><th scope="col" class="number">rows<\/th><\/tr><\/thead>/,
    )
    expect(page).toContain('<td class="number">–</td>')
  })

  it('F056 shows a link that can be followed, and one whose scheme is not safe as text', async () => {
    const run = await ranFromForm()
    const { store } = served.project
    const [published] = await store.artifacts.listByRun(run.replace('/runs/', ''))
    if (published === undefined) throw new Error('nothing was published')
    // past the check of `link`, as a store written by another program might hold it
    const content = { kind: 'link', url: 'javascript:alert(1)', label: 'Look' } as const
    await store.write([{ kind: 'artifact', artifact: { ...published, id: 'foreign', key: 'foreign', content } }])

    const page = await served.page(run)

    expect(page).toContain('<a href="https://example.org/rows" rel="noreferrer">The rows</a>')
    expect(page).toContain('<p>Look (javascript:alert(1))</p>')
    expect(page).not.toMatch(/href="javascript:/i)
  })

  it('lets nothing of what was logged or published become markup', async () => {
    const run = await ranFromForm()

    const [artifacts, logs] = [await served.page(`${run}?tab=artifacts`), await served.page(`${run}?tab=logs`)]

    expect(artifacts).toContain('&lt;i&gt;South&lt;/i&gt;')
    expect(artifacts).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(logs).toContain('&lt;b&gt;3 rows&lt;/b&gt;')
    expect(`${artifacts}${logs}`).not.toMatch(/<script>|<i>South|<b>3/)
  })

  it('narrows its log by level and by text, and gives all of it as a file', async () => {
    const run = await ranFromForm()

    const warnings = await served.page(`${run}?tab=logs&level=warn`)
    const found = await served.page(`${run}?tab=logs&search=DECEMBER`)
    const file = await served.ask(`${run}/log.txt`)

    expect(warnings).toContain('unknown district')
    expect(warnings).not.toContain('reading december.csv')
    expect(found).toContain('reading december.csv')
    expect(found).not.toContain('unknown district')
    expect(file.headers.get('content-disposition')).toMatch(/attachment; filename="[a-z]+-[a-z]+\.log"/)
    expect(await file.text()).toMatch(/ info {2}reading december\.csv\n.* warn {2}<b>3 rows/)
  })

  it('lists steps of one task or one state, its parameters, its history and its children', async () => {
    const run = await ranFromForm()

    expect(await served.page(`${run}?tab=steps&task=clean&state=completed`)).toContain('1–7 of 7')
    expect(await served.page(`${run}?tab=steps&state=failed`)).toContain('of 0')
    expect(await served.page(`${run}?tab=parameters`)).toContain('&quot;mode&quot;: &quot;replace&quot;')
    expect(await served.page(`${run}?tab=history`)).toMatch(/Scheduled[\s\S]*Pending[\s\S]*Running[\s\S]*Completed/)
    expect(await served.page(`${run}?tab=children`)).toMatch(/load-region[\s\S]*load-region/)
  })

  it('says why a run failed, retries it, and cancels one that waits', async () => {
    await served.send('/flows/failing/run', {})
    await served.work()
    const run = await runOf(served, 'failing')

    expect(await served.page(run)).toContain('DHIS2 refused the credentials of &quot;sync&quot;')

    expect((await served.send(`${run}/retry`, {})).status).toBe(303)
    expect(await served.page(run)).toContain('Resuming')
    expect((await served.send(`${run}/cancel`, {})).status).toBe(303)
    expect(await served.page(run)).toMatch(/Cancelled[\s\S]*somebody at the page/)
    expect((await served.send(`${run}/cancel`, {})).status).toBe(409)
  })

  it('asks what a paused run asks, and takes the answer with its typed input', async () => {
    await served.send('/flows/asking/run', {})
    await served.work()
    const run = await runOf(served, 'asking')

    const page = await served.page(run)
    const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const stale = await served.send(`${run}/answer`, { verb: 'approve', by: 'Amina', key: 'another', 'p.copies': '3' })
    const wrong = await served.send(`${run}/answer`, { verb: 'approve', by: 'Amina', key, 'p.copies': 'three' })
    const right = await served.send(`${run}/answer`, { verb: 'approve', by: 'Amina', key, 'p.copies': '3' })
    await served.work()

    expect(page).toContain('<h2>Publish the figures?</h2>')
    expect([stale.status, wrong.status, right.status]).toEqual([409, 400, 303])
    expect(seen).toEqual([{ approved: true, by: 'Amina', input: { copies: 3 } }])
    expect(await served.page(run)).toContain('Completed')
  })

  it('is not there for a run that is not', async () => {
    const answer = await served.ask('/runs/nothing')

    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('there is no run &quot;nothing&quot;')
  })
})

describe('the list of runs', () => {
  it('is narrowed by what the address says', async () => {
    await ranFromForm()
    await served.send('/flows/failing/run', {})
    await served.work()

    const failed = await served.page('/runs?state=failed')
    const regions = await served.page('/runs?tag=regions&since=24h')

    expect(failed).toContain('1 run that fit')
    expect(failed).toContain('DHIS2 refused')
    expect(regions).toContain('1 run that fit')
    expect(regions).toContain('weekly')
    expect((await served.ask('/runs?state=finished')).status).toBe(400)
  })

  it('leaves out what is still to come and what runs have called, until it is asked for', async () => {
    const run = await ranFromForm()
    const later = new Date(served.clock.now().getTime() + 60_000)
    const { newRun } = await import('../../src/model/new-run.ts')
    const scheduled = newRun({ flowName: 'failing', parameters: {}, at: served.clock.now(), dueAt: later })
    await served.project.store.write([{ kind: 'run-created', run: scheduled }])

    const [usual, all, due] = [
      await served.page('/runs'),
      await served.page('/runs?called=1'),
      await served.page('/runs?state=scheduled'),
    ]

    expect(usual).toContain(run)
    expect(usual).not.toContain('<td class="flow">load-region')
    expect(usual).not.toContain(scheduled.name)
    expect(all).toContain('<td class="flow">load-region')
    expect(due).toContain(scheduled.name)
  })

  it('does one thing to several runs, and says which it could not be done to', async () => {
    const completed = (await ranFromForm()).replace('/runs/', '')
    await served.send('/flows/failing/run', {})
    await served.work()
    const failed = (await runOf(served, 'failing')).replace('/runs/', '')
    const body = new URLSearchParams([
      ['verb', 'retry'],
      ['run', completed],
      ['run', failed],
    ])

    const page = compact(
      await (await served.ask('/runs/many', { method: 'POST', body, headers: { origin: HERE } })).text(),
    )

    expect(page).toContain('Asked for again: 1 run<')
    expect(page).toMatch(/Left as they are<.*completed/)
    expect((await served.project.store.runs.get(failed))?.state.name).toBe('Resuming')
    expect((await served.send('/runs/many', { verb: 'cancel' })).status).toBe(400)
  })

  it('goes on by the key of its last row, and counts no further than 1,000', async () => {
    const { store } = served.project
    const { newRun } = await import('../../src/model/new-run.ts')
    const runs = Array.from({ length: 1_003 }, () =>
      newRun({ flowName: 'pipeline', parameters: {}, at: served.clock.now() }),
    )
    await store.write(runs.map((run) => ({ kind: 'run-created', run })))

    const first = await served.page('/runs')
    const next = /href="(\/runs\?before=[^"]+)" rel="next"/.exec(first)?.[1] ?? ''
    const second = await served.page(next)

    expect(first).toContain('1,000+ runs')
    expect(first).toContain(`/runs/${runs.at(-1)?.id}`)
    expect(second).toContain(`/runs/${runs.at(-51)?.id}`)
    expect(second).not.toContain(`/runs/${runs.at(-50)?.id}"`)
  })
})

describe('the first page', () => {
  it('begins with what needs a person', async () => {
    await served.send('/flows/failing/run', {})
    await served.work()
    await served.send('/flows/pipeline/run', { json: '{"target":{"instance":"prod"}}' })
    served.clock.advance(60_000)

    const page = await served.page('/')

    expect(page).toMatch(/Needs attention<span class="count">2<\/span>/)
    expect(page).toContain('waits for a free place')
    expect(page).toContain('DHIS2 refused the credentials')
    expect(page).toMatch(/aria-label="Last 24 hours: 1 failed, 1 scheduled"/)
  })

  it('shows the next runs and how fresh each deployment is', async () => {
    const before = await served.page('/')
    await ranFromForm()
    served.clock.advance(2 * 60 * 60_000)

    expect(before).toContain('datetime="2026-03-09T03:00:00.000Z"')
    expect(await served.page('/')).toMatch(/pipeline\/weekly<\/a><\/td>\s*<td><time[^>]*>2 h ago/)
  })
})

describe('deployments', () => {
  it('say their schedule in words with the next three moments, and can be paused and resumed', async () => {
    const page = await served.page('/deployments')

    expect(page).toContain('At 06:00, only on Monday (Africa/Nairobi)')
    expect(page.match(/datetime="2026-03-\d\dT03:00/g)).toHaveLength(3)

    await served.send('/deployments/pipeline/weekly/pause', {})
    expect(await served.page('/deployments/pipeline/weekly')).toContain('Paused: nothing is scheduled.')
    expect((await served.project.store.deployments.get('pipeline', 'weekly'))?.paused).toBe(true)

    await served.send('/deployments/pipeline/weekly/resume', {})
    expect((await served.project.store.deployments.get('pipeline', 'weekly'))?.paused).toBe(false)
  })
})

describe('a deployment that goes to a work pool', () => {
  it('says so, and what its late run waits for', async () => {
    const { store, clock } = { store: served.project.store, clock: served.clock }
    const weekly = await store.deployments.get('pipeline', 'weekly')
    if (weekly === null) throw new Error('the project has no such deployment')
    await store.deployments.save({ ...weekly, pool: 'night-runs' })
    await served.send('/deployments/pipeline/weekly/run', FORM)
    clock.advance(16_000)

    expect(await served.page('/deployments')).toContain('pool night-runs')
    expect(await served.page('/deployments/pipeline/weekly')).toContain('by the workers of night-runs')
    expect(await served.page('/deployments/pipeline/weekly/run')).toContain('d2flow worker start --pool night-runs')
    expect(await served.page('/')).toContain('it is due and waits in night-runs for a worker')
  })
})

describe('artifacts', () => {
  it('F058 show the newest version of a key, with all versions beside it', async () => {
    await ranFromForm()
    await served.send('/deployments/pipeline/weekly/run', { ...FORM, 'p.source': 'january.csv' })
    await served.work()
    const [newest, first] = await served.project.store.artifacts.versions('words')

    const page = await served.page('/artifacts/words')
    const earlier = await served.page(`/artifacts/words?version=${first?.id}`)

    expect(await served.page('/artifacts')).toContain('<a href="/artifacts/words">words</a>')
    expect(page).toContain('Done: january.csv')
    expect(page).toContain('Versions<span class="count">2</span>')
    expect(page).toContain(`id="artifact-${newest?.id}"`)
    expect(earlier).toContain('Done: december.csv')
    expect(earlier).not.toContain('january.csv')
    expect((await served.ask('/artifacts/nothing')).status).toBe(404)
  })
})

describe('blocks', () => {
  const VALUES = { name: 'team', 'p.url': 'https://hooks.example.org/secret-1', 'p.timeoutMs': '5000' }

  it('F242 take a secret and never show it, and keep it when it is left empty', async () => {
    const saved = await served.send('/blocks/slack-webhook', VALUES)
    const list = await served.page('/blocks')
    const form = await served.page('/blocks/slack-webhook/team')
    const revised = await served.send('/blocks/slack-webhook/team', { 'p.url': '', 'p.timeoutMs': '7000' })

    expect([saved.status, revised.status]).toEqual([303, 303])
    expect(form).toContain('placeholder="kept as it is"')
    expect(`${list}${form}`).not.toContain('secret-1')
    const block = await served.project.blockType('slack-webhook')
    const { values } = await served.project.blocks.get(block, 'team')
    expect(values).toMatchObject({ timeoutMs: 7_000, url: { sealed: expect.any(String) } })
  })

  it('say what does not fit', async () => {
    const unnamed = await served.send('/blocks/slack-webhook', { ...VALUES, name: 'not a name' })
    const empty = await served.send('/blocks/slack-webhook', { name: 'team' })

    expect([unnamed.status, empty.status]).toEqual([422, 422])
    expect(await unnamed.text()).toContain('cannot be the name of a block')
    expect(await served.project.blocks.list()).toEqual([])
  })

  it('are deleted when that was asked for', async () => {
    await served.send('/blocks/slack-webhook', VALUES)

    expect(await served.page('/blocks/slack-webhook/team')).toContain('data-confirm="Delete slack-webhook team?')
    await served.send('/blocks/slack-webhook/team/delete', {})

    expect(await served.project.blocks.list()).toEqual([])
  })
})

describe('variables', () => {
  it('F242 are set as JSON where that reads, else as text, and are removed again', async () => {
    await served.send('/variables', { name: 'threshold', value: '0.8' })
    await served.send('/variables', { name: 'mode', value: 'careful' })
    const page = await served.page('/variables')
    await served.send('/variables/unset', { name: 'mode' })

    expect(page).toContain('&quot;careful&quot;')
    expect(await served.project.store.variables.list()).toMatchObject([{ name: 'threshold', value: 0.8 }])
  })
})

describe('limits', () => {
  it('show how much is taken', async () => {
    await served.project.store.limits.create({ name: 'dhis2-api', size: 3, perMs: null })

    expect(await served.page('/limits')).toMatch(/dhis2-api[\s\S]*0 of 3 taken[\s\S]*Nobody holds it/)
  })
})

describe('the search', () => {
  it('goes to the only thing that has such a name, and lists several', async () => {
    const run = await ranFromForm()
    const name = (await served.project.store.runs.get(run.replace('/runs/', '')))?.name ?? ''

    expect((await served.ask(`/search?q=${name}`)).headers.get('location')).toBe(run)
    expect(await served.page('/search?q=pipeline')).toMatch(/pipeline[\s\S]*flow/)
    expect(await served.page('/search?q=zzz')).toContain('Nothing has such a name')
  })
})

describe('the appearance', () => {
  it('follows the system until somebody chooses', async () => {
    const before = await served.page('/')
    const chosen = await served.send('/theme', { theme: 'dark', back: '/runs' })
    const after = await served.page('/', { headers: { cookie: chosen.headers.get('set-cookie') ?? '' } })

    expect(before).toContain('<html lang="en">')
    expect(chosen.headers.get('location')).toBe('/runs')
    expect(after).toContain('<html lang="en" data-theme="dark">')
  })
})
