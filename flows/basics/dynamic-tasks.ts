/**
 * How does one step become as many as there are items?
 *
 * How many districts report is known only when the first task has looked. `map` makes one task run per district, chains
 * item by item into a second map, and its futures go straight into the task that wants them all (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

const listDistricts = task({
  name: 'list-districts',
  run: ({ count }: { count: number }) => Array.from({ length: count }, (_, index) => `District ${index + 1}`),
})

const countReports = task({
  name: 'count-reports',
  run: ({ district, expected }: { district: string; expected: number }) => ({
    district,
    expected,
    received: district.length + (Number(district.split(' ')[1]) % 3),
  }),
})

const rate = task({
  name: 'rate',
  run: ({ district, expected, received }: { district: string; expected: number; received: number }) => ({
    district,
    completeness: received / expected,
  }),
})

const summarize = task({
  name: 'summarize',
  run: ({ rates }: { rates: readonly { district: string; completeness: number }[] }) => ({
    districts: rates.length,
    lowest: rates.toSorted((a, b) => a.completeness - b.completeness)[0]?.district ?? null,
  }),
})

export const dynamicTasks = flow({
  name: 'dynamic-tasks',
  params: z.object({
    districts: z.int().min(0).max(1_000).default(7).describe('how many districts the first task finds'),
    expected: z.int().min(1).default(12).describe('reports expected of each'),
  }),
  async run({ districts: count, expected }, ctx) {
    const districts = await listDistricts({ count })
    const rates = rate.map(countReports.map({ district: districts, expected }))
    const summary = await summarize({ rates })
    await ctx.publish(table('dynamic-tasks', await Promise.all(rates), `Sample data: ${summary.districts} districts`))
    return summary
  },
})
