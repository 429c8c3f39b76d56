/**
 * How does a run tell its story to people?
 *
 * A report in Markdown, published under a key: the page of the run shows it, and every run adds a version. Names are data
 * and not markup: what comes from outside is escaped. What was missing is said, and never counted as zero. Sample data.
 */
import { flow, markdown, task } from 'd2flow'
import { markdownTable } from 'd2flow/render'
import { z } from 'zod'

/** Null: no report came from there. */
const SAMPLE = [
  { facility: 'Bo | Town', cases: 41 },
  { facility: 'Kenema', cases: 17 },
  { facility: '<Koidu>', cases: null },
] as const

const readCases = task({ name: 'read-cases', run: () => SAMPLE })

export const markdownArtifacts = flow({
  name: 'markdown-artifacts',
  params: z.object({ title: z.string().min(1).default('Cases this week').describe('the heading of the report') }),
  async run({ title }, ctx) {
    const rows = await readCases()
    const reported = rows.flatMap(({ cases }) => cases ?? [])
    const total = reported.reduce((sum, cases) => sum + cases, 0)
    const missing = rows.length - reported.length
    const report = [
      `# ${title} (sample data)`,
      `${total} cases in ${reported.length} facilities; ${missing} did not report.`,
      markdownTable(rows),
    ]
    await ctx.publish(markdown('markdown-artifacts', report.join('\n\n'), 'Cases by facility'))
    return { total, missing }
  },
})
