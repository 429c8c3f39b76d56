/**
 * What does the org-unit tree look like?
 *
 * Source: sample data: eight units on four levels; or units that are given with their paths.
 * Level counts the units on the path (the root is 1), hierarchy depth the steps from the root (the root is 0): two names for
 * two things. A unit whose parent is not among the rows is listed.
 */
import { flow } from 'd2flow'
import { barChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const Unit = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string().regex(/^(\/[^/]+)+$/, 'is no path such as /root/child'),
})

type Unit = z.output<typeof Unit>

const SAMPLE: Unit[] = [
  { id: 'root', name: 'Country', path: '/root' },
  { id: 'north', name: 'North Region', path: '/root/north' },
  { id: 'south', name: 'South Region', path: '/root/south' },
  { id: 'lake', name: 'Lake District', path: '/root/north/lake' },
  { id: 'hill', name: 'Hill District', path: '/root/north/hill' },
  { id: 'coast', name: 'Coast District', path: '/root/south/coast' },
  { id: 'clinic', name: 'Lake Clinic', path: '/root/north/lake/clinic' },
  { id: 'post', name: 'Coast Health Post', path: '/root/south/coast/post' },
]

const Params = z.object({
  rows: z.array(Unit).nullable().default(null).describe('units in place of the sample'),
})

export const hierarchicalData = flow({
  name: 'hierarchical-data',
  params: Params,
  async run({ rows }, ctx) {
    const given = rows ?? SAMPLE
    const ids = new Set(given.map(({ id }) => id))
    const parents = new Set(given.map(({ path }) => path.split('/').at(-2)))
    const units = given.map(({ id, name, path }) => {
      const segments = path.split('/').slice(1)
      const level = segments.length
      return {
        id,
        name,
        path,
        level,
        hierarchyDepth: level - 1,
        parentId: segments.at(-2) ?? null,
        isLeaf: !parents.has(id),
      }
    })

    const levels = [...Map.groupBy(units, ({ level }) => level)]
      .toSorted(([a], [b]) => a - b)
      .map(([level, members]) => ({
        level,
        units: members.length,
        leaves: members.filter(({ isLeaf }) => isLeaf).length,
      }))
    const roots = units.filter(({ parentId }) => parentId === null).map(({ id }) => id)
    const leaves = units.filter(({ isLeaf }) => isLeaf).map(({ id }) => id)
    const orphans = units.filter(({ parentId }) => parentId !== null && !ids.has(parentId)).map(({ id }) => id)

    const sample = rows === null
    const title = 'The org-unit tree'
    await publishReport(ctx, {
      key: 'hierarchical-data',
      title,
      sample,
      rows: levels,
      paragraphs: [
        `**${units.length} units on ${levels.length} levels**: ${roots.length} without a parent, ${leaves.length} that are nobody's parent.`,
        orphans.length === 0
          ? 'Every parent is among the units.'
          : `${orphans.length} units name a parent that is not among them: ${orphans.slice(0, 10).join(', ')}.`,
      ],
      chart: await barChart({
        title: titled('Units by level', sample),
        unit: 'units',
        decimals: 0,
        bars: levels.map(({ level, units: count }) => ({ label: `level ${level}`, value: count })),
      }),
      method: 'level = segments of the path; hierarchy depth = level − 1',
    })
    return { units, levels, roots, leaves, orphans, maxDepth: Math.max(0, ...units.map((unit) => unit.hierarchyDepth)) }
  },
})
