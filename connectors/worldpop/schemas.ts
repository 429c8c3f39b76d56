/** Answers of WorldPop's statistics service and catalogue. */
import { z } from 'zod'

/** A job that was taken, is under way, or is over; or an answer at once. */
export const StatsAnswer = z.object({
  status: z.string(),
  taskid: z.string().nullish(),
  error: z.boolean().default(false),
  error_message: z.string().nullish(),
  data: z.object({ total_population: z.number().nullish() }).nullish(),
})

export type StatsAnswer = z.output<typeof StatsAnswer>

const Text = z.string().nullish()

export const CatalogueAnswer = z.object({
  data: z
    .array(
      z
        .object({
          id: z.union([z.string(), z.number()]).nullish(),
          alias: Text,
          title: Text,
          desc: Text,
          description: Text,
          iso3: Text,
          popyear: z.union([z.string(), z.number()]).nullish(),
          doi: Text,
          url_summary: Text,
          files: z.array(z.string()).nullish(),
        })
        .transform((entry) => ({
          id: entry.alias ?? String(entry.id ?? ''),
          title: entry.title ?? null,
          description: entry.desc ?? entry.description ?? null,
          iso3: entry.iso3 ?? null,
          /** As a number, however the catalogue writes it; null for an entry without a year. */
          year: /^\d{4}$/.test(String(entry.popyear ?? '')) ? Number(entry.popyear) : null,
          doi: entry.doi ?? null,
          url: entry.url_summary ?? null,
          files: entry.files ?? [],
        })),
    )
    .nullish()
    .transform((list) => list ?? []),
})

export type CatalogueEntry = z.output<typeof CatalogueAnswer>['data'][number]
