/**
 * How do two flows hand over data through a directory?
 *
 * Source: sample data of two made-up producers. A producer drops a data file and then its metadata; the consumer looks for
 * metadata, so it never takes half a package, and remembers what it took. Producer and consumer are flows of their own,
 * which may run on two machines and know nothing of each other but the folder.
 */
import { flow, task } from 'd2flow'
import { consumePackages, dropPackage } from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const dropRecords = task({
  name: 'drop-records',
  async run({ folder, producerId, records }: { folder: string; producerId: string; records: number }, ctx) {
    const rows = Array.from({ length: records }, (_, i) => ({ id: i, producer: producerId, value: 10 * i }))
    // the key is the same for every attempt of this step: a crash after the drop does not make it drop twice
    return await dropPackage(folder, rows, { producerId, key: ctx.idempotencyKey, clock: ctx.clock })
  },
})

const takePackages = task({
  name: 'take-packages',
  async run({ folder, consumerId }: { folder: string; consumerId: string }, ctx) {
    const { consumed, damaged } = await consumePackages(folder, (records) => records.length, {
      consumerId,
      clock: ctx.clock,
      signal: ctx.signal,
    })
    return {
      packages: consumed.map(({ metadata, latencyMs, result }) => ({
        packageId: metadata.packageId,
        producer: metadata.producerId,
        records: result,
        latencySeconds: latencyMs / 1_000,
      })),
      damaged: damaged.map(({ metaFile, error }) => ({ metaFile, reason: error.message })),
    }
  },
})

export const producePackage = flow({
  name: 'produce-package',
  params: z.object({
    folder: z.string().describe('where packages are dropped'),
    producerId: z.string(),
    records: z.int().min(0).default(8),
  }),
  run: (params) => dropRecords(params),
})

export const consumeFolder = flow({
  name: 'consume-folder',
  params: z.object({ folder: z.string().describe('where packages are dropped'), consumerId: z.string() }),
  run: (params) => takePackages(params),
})

export const producerConsumer = flow({
  name: 'producer-consumer',
  params: z.object({
    folder: z.string().nullable().default(null).describe('where packages are dropped; null is the folder of the run'),
    consumerId: z.string().default('reader').describe('who takes them: each consumer takes a package once'),
  }),
  async run({ folder: given, consumerId }, ctx) {
    const folder = given ?? ctx.workDir
    await Promise.all([
      producePackage({ folder, producerId: 'alpha', records: 8 }),
      producePackage({ folder, producerId: 'beta', records: 12 }),
    ])
    const { packages, damaged } = await consumeFolder({ folder, consumerId })

    const records = packages.reduce((sum, { records: own }) => sum + own, 0)
    await publishReport(ctx, {
      key: 'producer-consumer',
      title: 'Packages that were taken',
      sample: true,
      rows: packages,
      paragraphs: [
        `**${packages.length} packages** with ${records} records were taken by ${consumerId}.`,
        damaged.length === 0
          ? 'None was damaged.'
          : `${damaged.length} could not be read: ${damaged.map(({ metaFile }) => metaFile).join(', ')}.`,
      ],
    })
    if (damaged.length > 0) ctx.warn(`${damaged.length} packages could not be read`)
    return { packages, records, damaged }
  },
})
