/**
 * What does WorldPop offer, and for this country?
 *
 * Source: WorldPop's catalogue. Data sets, the sub-data sets of one of them, and their records of a country; a level is
 * read only when its filter is given.
 */
import { flow, task } from 'd2flow'
import { worldPop, type CatalogueEntry, type SourceNote } from 'd2flow/connectors/worldpop'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport } from '../publish-report.ts'
import { RETRY_READING } from '../reading-tasks.ts'

const Params = z.object({
  dataset: z.string().nullable().default('pop').describe('alias of a data set; null lists the data sets only'),
  subdataset: z.string().nullable().default('wpgp').describe('alias of a sub-data set; null lists those only'),
  iso3: CountryCode.nullable().default('ETH').describe('country; null reads no records'),
  connection: z.string().default('public').describe('name of a saved worldpop block'),
})

interface Asked {
  readonly connection: string
  readonly where?: { readonly dataset: string; readonly subdataset?: string; readonly iso3?: string }
}

const readCatalogue = task({
  name: 'read-catalogue',
  retry: RETRY_READING,
  async run({ connection, where }: Asked, ctx): Promise<{ entries: CatalogueEntry[]; source: SourceNote }> {
    const client = await ctx.open(worldPop, connection)
    return { entries: await client.catalogue(where), source: client.source }
  },
})

export const worldpopDatasetCatalog = flow({
  name: 'worldpop-dataset-catalog',
  params: Params,
  async run({ dataset, subdataset, iso3, connection }, ctx) {
    const { entries: datasets, source } = await readCatalogue({ connection })
    const subdatasets = dataset === null ? [] : (await readCatalogue({ connection, where: { dataset } })).entries
    const records =
      dataset === null || subdataset === null || iso3 === null
        ? []
        : (await readCatalogue({ connection, where: { dataset, subdataset, iso3 } })).entries

    const years = records.map(({ year }) => year).filter((year) => year !== null)
    await publishReport(ctx, {
      key: 'worldpop-dataset-catalog',
      title: 'What WorldPop offers',
      sample: false,
      rows: [
        ...datasets.map((entry) => row('data set', entry)),
        ...subdatasets.map((entry) => row('sub-data set', entry)),
        ...records.map((entry) => row('record', entry)),
      ],
      paragraphs: [
        iso3 === null
          ? `**${datasets.length} data sets** are offered.`
          : years.length === 0
            ? `Nothing is offered for **${iso3}** in ${dataset}/${subdataset}.`
            : `For **${iso3}** there are ${records.length} records in ${dataset}/${subdataset}, from ${Math.min(...years)} to ${Math.max(...years)}.`,
        `${datasets.length} data sets, ${subdatasets.length} sub-data sets of ${dataset ?? 'none'}.`,
      ],
      source: { ...source, what: 'catalogue' },
    })
    return { datasets, subdatasets, records }
  },
})

function row(level: string, { id, title, description, year }: CatalogueEntry) {
  return { level, id, title, description, year }
}
