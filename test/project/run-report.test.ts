import { flow, image, markdown, table } from 'd2flow'
import { htmlReport } from 'd2flow/render'
import { runFlow } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'
import { runPage } from '../../src/project/run-report.ts'

const answering = flow({
  name: 'answering',
  async run(_, ctx) {
    await ctx.publish(table('answering', [{ city: 'Oslo', index: 40 }], 'Air by city'))
    await ctx.publish(
      markdown('answering-summary', '**Oslo** has the best air.\n\nNothing was missing.\n\nMethod: none.'),
    )
    await ctx.publish(image('answering-chart', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'Air by city'))
  },
})

async function pageOf(flowToRun: Parameters<typeof runFlow>[0]) {
  const { run, artifacts, steps, error } = await runFlow(flowToRun as typeof answering, {})
  return runPage({ run, artifacts, steps, result: undefined, failure: error === null ? null : run.failure })
}

describe('the page of a run', () => {
  it('answers first, then draws, then lists, then says how it was done', async () => {
    const page = await pageOf(answering)

    expect(page).toMatchObject({ title: 'Air by city', lead: 'Oslo has the best air.', facts: [] })
    expect(page.sections.map(({ kind, title }) => [kind, title])).toEqual([
      ['picture', undefined],
      ['table', undefined],
      ['text', 'About these figures'],
    ])
    expect(page.sections.at(-1)).toMatchObject({ markdown: 'Nothing was missing.\n\nMethod: none.' })
    expect(page.provenance).toContainEqual({ label: 'flow', value: 'answering' })
    expect(await htmlReport(page)).toContain('<h1>Air by city</h1>')
  })

  it('says first why a run failed, and shows what it had found by then', async () => {
    const broken = flow({
      name: 'broken',
      async run(_, ctx) {
        await ctx.publish(markdown('broken-summary', 'Half of it is done.'))
        throw new Error('the disk is full')
      },
    })

    const page = await pageOf(broken)

    expect(page).toMatchObject({ title: 'broken', lead: 'the disk is full' })
    expect(page.facts).toEqual([{ label: 'state', value: 'Failed', tone: 'bad' }])
    expect(page.sections[0]).toEqual({ kind: 'text', markdown: 'Half of it is done.' })
  })

  it('of a run that publishes nothing is its state and its steps', async () => {
    const silent = flow({ name: 'silent', run: () => 1 })

    const page = await pageOf(silent)

    expect(page.title).toBe('silent')
    expect(page.provenance).toContainEqual({ label: 'state', value: 'Completed' })
  })
})
