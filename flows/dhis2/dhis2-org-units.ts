/**
 * What does the hierarchy look like?
 *
 * Source: the organisation units of a DHIS2 instance, read page by page and checked against the total it names.
 * Units without a path have no depth and are counted; a unit without an opening date is listed with none.
 */
import { flow, markdown, runtime, table, task } from 'd2flow'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { writeCsv } from 'd2flow/files'
import { formatCount, formatNumber } from 'd2flow/render'
import { join } from 'node:path'
import { z } from 'zod'
import { RETRY_READING } from '../reading-tasks.ts'

const Params = z.object({
  instance: z.string().default('dhis2').describe('name of a saved dhis2 block'),
  level: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('only units of this level, the country being 1; null reads all'),
  outputDir: z.string().nullable().default(null).describe('folder for org_units.csv; null is the folder of the run'),
})

interface OrgUnitRow {
  readonly id: string
  readonly name: string
  readonly short_name: string
  readonly level: number | null
  readonly parent_id: string
  readonly created_by: string
  /** Steps below the root, which has 0; null when the unit has no path. */
  readonly hierarchy_depth: number | null
  readonly translation_count: number
  readonly opening_date: string
}

const fetchOrgUnits = task({
  name: 'fetch-org-units',
  retry: RETRY_READING,
  async run({ instance, level }: { instance: string; level: number | null }, ctx): Promise<OrgUnitRow[]> {
    const client = await ctx.open(dhis2, instance)
    const rows: OrgUnitRow[] = []
    for await (const unit of client.orgUnits(level === null ? {} : { level })) {
      rows.push({
        id: unit.id,
        name: unit.name ?? unit.id,
        short_name: unit.shortName ?? '',
        level: unit.level,
        parent_id: unit.parentId ?? '',
        created_by: unit.createdBy ?? '',
        hierarchy_depth: unit.path === null ? null : unit.path.split('/').length - 2,
        translation_count: unit.translationCount,
        opening_date: unit.openingDate ?? '',
      })
      if (rows.length % 500 === 0) ctx.progress(rows.length, null, 'units')
    }
    return rows
  },
})

const saveOrgUnits = task({
  name: 'save-org-units',
  run: ({ path, rows }: { path: string; rows: readonly OrgUnitRow[] }) =>
    writeCsv(
      path,
      rows.map((row) => ({ ...row })),
    ),
})

export const dhis2OrgUnits = flow({
  name: 'dhis2-org-units',
  params: Params,
  keepWorkDir: true,
  async run({ instance, level, outputDir }, ctx) {
    const rows = await fetchOrgUnits({ instance, level })
    const csvPath = await saveOrgUnits({ path: join(outputDir ?? ctx.workDir, 'org_units.csv'), rows })
    ctx.log.info(`every unit is in ${csvPath}`)

    const levels = Map.groupBy(rows, (row) => row.level)
    const distribution = [...levels]
      .toSorted(([a], [b]) => (a ?? 0) - (b ?? 0))
      .map(([each, units]) => ({ level: each, units: units.length }))
    const depths = rows.map((row) => row.hierarchy_depth).filter((depth) => depth !== null)
    const depthRange = depths.length === 0 ? null : { min: Math.min(...depths), max: Math.max(...depths) }
    const withoutPath = rows.length - depths.length

    const origin = runtime.deployment?.name ?? 'local'
    await ctx.publish(markdown('dhis2-org-units-summary', summary(rows.length, distribution, withoutPath)))
    await ctx.publish(table('dhis2-org-units', distribution, `Organisation units by level (${origin})`))
    if (rows.length === 0) ctx.log.warn('the instance has no organisation units that this account may see')
    return { total: rows.length, levels: distribution, depthRange, withoutPath, csvPath }
  },
})

function summary(
  total: number,
  distribution: readonly { level: number | null; units: number }[],
  withoutPath: number,
): string {
  const parts = distribution.map(({ level, units }) => `${formatNumber(units)} on level ${level ?? 'unknown'}`)
  const missing = withoutPath === 0 ? '' : ` ${formatNumber(withoutPath)} have no path, so their depth is not known.`
  return `The hierarchy has **${formatCount(total, 'organisation unit')}** on ${formatCount(distribution.length, 'level')}: ${parts.join(', ')}.${missing}`
}
