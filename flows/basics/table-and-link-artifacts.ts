/**
 * How does a run hand over rows, and say where they come from?
 *
 * A table has a column for each member of its rows; missing values stay empty. A link names where to read on; only http,
 * https and mailto are taken, so that no page ever runs what a flow was fed. Sample data.
 */
import { flow, link, table, task } from 'd2flow'
import { z } from 'zod'

const readCoverage = task({
  name: 'read-coverage',
  run: () => [
    { district: 'Bo', year: 2024, coveragePercent: 87.5 },
    { district: 'Kono', year: 2024, coveragePercent: null },
    { district: 'Pujehun', year: 2024, coveragePercent: 91.2 },
  ],
})

export const tableAndLinkArtifacts = flow({
  name: 'table-and-link-artifacts',
  params: z.object({
    source: z
      .url({ protocol: /^https?$/ })
      .default('https://docs.dhis2.org')
      .describe('where to read on'),
  }),
  async run({ source }, ctx) {
    const rows = await readCoverage()
    const missing = rows.filter(({ coveragePercent }) => coveragePercent === null).length
    const title = `Sample data: coverage by district, ${missing} of ${rows.length} missing`
    await ctx.publish(table('table-and-link-artifacts', rows, title))
    await ctx.publish(link('coverage-source', source, 'Where coverage is explained'))
    return { rows: rows.length, missing }
  },
})
