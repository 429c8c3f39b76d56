/**
 * How is one pipeline made of flows that can each be run alone?
 *
 * Extract, transform and load are flows with parameters and runs of their own; the pipeline calls them like functions and
 * gets what they return. A report without a number of cases is missing (null), and is counted as such (sample data).
 */
import { flow, table } from 'd2flow'
import { z } from 'zod'

const RawReport = z.object({ facility: z.string(), cases: z.string() })
const Report = z.object({ facility: z.string(), cases: z.int().nullable() })

export const extractReports = flow({
  name: 'extract-reports',
  params: z.object({ facilities: z.int().min(1).max(100).default(4) }),
  run: ({ facilities }) =>
    Array.from({ length: facilities }, (_, index) => ({
      facility: `Facility ${index + 1}`,
      cases: index % 3 === 2 ? '' : String((index + 1) * 7),
    })),
})

export const transformReports = flow({
  name: 'transform-reports',
  params: z.object({ reports: z.array(RawReport) }),
  run: ({ reports }) =>
    reports.map(({ facility, cases }) => ({ facility, cases: cases.trim() === '' ? null : Number(cases) })),
})

export const loadReports = flow({
  name: 'load-reports',
  params: z.object({ reports: z.array(Report) }),
  run: ({ reports }) => ({
    loaded: reports.length,
    missing: reports.filter(({ cases }) => cases === null).length,
    cases: reports.reduce((sum, { cases }) => sum + (cases ?? 0), 0),
  }),
})

export const subflows = flow({
  name: 'subflows',
  params: z.object({ facilities: z.int().min(1).max(100).default(4).describe('how many facilities report') }),
  async run({ facilities }, ctx) {
    const raw = await extractReports({ facilities })
    const reports = await transformReports({ reports: raw })
    const summary = await loadReports({ reports })
    const description = `Sample data: ${summary.cases} cases, ${summary.missing} reports without a number`
    await ctx.publish(table('subflows', reports, description))
    return summary
  },
})
