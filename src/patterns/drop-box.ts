/**
 * Packages handed over through a folder: a producer drops a data file and then its metadata, a consumer looks for
 * metadata. Both files are written under another name and renamed, so that nothing half-written is ever taken.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { ConfigError, DataError } from '../base/errors.ts'
import { sha256Hex } from '../base/hash.ts'
import { writeAtomically } from '../files/atomic-write.ts'
import { readJsonFile, writeJsonFile } from '../files/json-file.ts'

const Metadata = z.object({
  /** `{producer}_{time}_{unique part}`: the name of both files without their endings. */
  packageId: z.string(),
  producerId: z.string(),
  producedAt: z.iso.datetime(),
  recordCount: z.int().min(0),
  /** Names within the folder, so that it may be moved. */
  dataFile: z.string().regex(/^[^/\\]+$/),
  metaFile: z.string().regex(/^[^/\\]+$/),
  /** Of the bytes of the data file. */
  sha256: z.string(),
})

export type PackageMetadata = z.output<typeof Metadata>

const Consumed = z.object({ consumerId: z.string(), packages: z.record(z.string(), z.iso.datetime()) })

export interface DropOptions {
  readonly producerId: string
  /** Makes the name unique: another key, another package; the same key again gives the package that is there. */
  readonly key: string
  readonly clock: Clock
}

/**
 * Drops a package of records, which must be JSON. Metadata comes last, so a producer that dies on the way leaves nothing
 * that a consumer sees; asked again with the same key, it drops the package once.
 *
 * @throws ConfigError `config/params` for a producer id that cannot be part of a file name
 * @throws DataError `data/file` when the folder cannot be written
 */
export async function dropPackage(
  folder: string,
  records: readonly unknown[],
  { producerId, key, clock }: DropOptions,
): Promise<PackageMetadata> {
  checkId('producer', producerId)
  const unique = sha256Hex(key).slice(0, 16)
  const present = (await namesIn(folder)).find(
    (name) => name.startsWith(`${producerId}_`) && name.endsWith(`_${unique}.meta.json`),
  )
  if (present !== undefined) return await readMetadata(folder, present)

  const producedAt = clock.now().toISOString()
  const packageId = `${producerId}_${producedAt.replaceAll(/[-:.]/g, '')}_${unique}`
  const text = JSON.stringify(records)
  const metadata: PackageMetadata = {
    packageId,
    producerId,
    producedAt,
    recordCount: records.length,
    dataFile: `${packageId}.json`,
    metaFile: `${packageId}.meta.json`,
    sha256: sha256Hex(text),
  }
  await writeAtomically(join(folder, metadata.dataFile), text)
  await writeJsonFile(join(folder, metadata.metaFile), metadata)
  return metadata
}

export interface ConsumedPackage<T> {
  readonly metadata: PackageMetadata
  /** Between dropping and taking. */
  readonly latencyMs: number
  readonly result: T
}

export interface Consumption<T> {
  readonly consumed: ConsumedPackage<T>[]
  /** Packages that cannot be read, by the name of their metadata; they stay where they are and hold up nobody. */
  readonly damaged: { readonly metaFile: string; readonly error: DataError }[]
}

export interface ConsumeOptions {
  readonly consumerId: string
  readonly clock: Clock
  /** Ends the work between two packages, with its reason. */
  readonly signal?: AbortSignal
}

/**
 * Takes every package that this consumer has not taken yet, oldest first, and remembers each in the folder as soon as the
 * work on it is done. An empty or missing folder has none. A consumer runs once at a time.
 *
 * @throws whatever the work throws; that package and those after it are taken next time
 * @throws ConfigError `config/params` for a consumer id that cannot be part of a file name
 */
export async function consumePackages<T>(
  folder: string,
  work: (records: readonly unknown[], metadata: PackageMetadata) => T | Promise<T>,
  { consumerId, clock, signal }: ConsumeOptions,
): Promise<Consumption<T>> {
  checkId('consumer', consumerId)
  const memoryPath = join(folder, `.consumed-by-${consumerId}.json`)
  let memory = (await readJsonFile(memoryPath, Consumed)) ?? { consumerId, packages: {} }
  const consumed: ConsumedPackage<T>[] = []
  const { waiting, damaged } = await findWaiting(folder, (packageId) => Object.hasOwn(memory.packages, packageId))
  for (const metadata of waiting) {
    signal?.throwIfAborted()
    let records: readonly unknown[]
    try {
      records = await readRecordsOf(folder, metadata)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      damaged.push({ metaFile: metadata.metaFile, error })
      continue
    }
    const takenAt = clock.now()
    const result = await work(records, metadata)
    memory = { consumerId, packages: { ...memory.packages, [metadata.packageId]: takenAt.toISOString() } }
    await writeJsonFile(memoryPath, memory)
    consumed.push({ metadata, latencyMs: takenAt.getTime() - Date.parse(metadata.producedAt), result })
  }
  return { consumed, damaged }
}

async function findWaiting(folder: string, isTaken: (packageId: string) => boolean) {
  const waiting: PackageMetadata[] = []
  const damaged: { metaFile: string; error: DataError }[] = []
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.meta.json') || name.startsWith('.') || isTaken(name.slice(0, -'.meta.json'.length))) continue
    try {
      waiting.push(await readMetadata(folder, name))
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      damaged.push({ metaFile: name, error })
    }
  }
  waiting.sort((a, b) => Date.parse(a.producedAt) - Date.parse(b.producedAt) || (a.packageId < b.packageId ? -1 : 1))
  return { waiting, damaged }
}

async function readMetadata(folder: string, name: string): Promise<PackageMetadata> {
  const path = join(folder, name)
  const metadata = await readJsonFile(path, Metadata)
  if (metadata !== null && metadata.metaFile === name) return metadata
  throw new DataError('data/file', `"${path}" is gone, or speaks of another package`, {
    hint: 'drop the package again',
    details: { path },
  })
}

async function readRecordsOf(folder: string, metadata: PackageMetadata): Promise<readonly unknown[]> {
  const path = join(folder, metadata.dataFile)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unlike(path, 'it cannot be read', cause)
  })
  if (sha256Hex(text) !== metadata.sha256) throw unlike(path, 'its bytes are others than those that were dropped')
  const records: unknown = JSON.parse(text)
  if (Array.isArray(records) && records.length === metadata.recordCount) return records
  throw unlike(path, `it does not hold ${metadata.recordCount} records`)
}

function unlike(path: string, why: string, cause?: unknown): DataError {
  return new DataError('data/file', `the package "${path}" is damaged: ${why}`, {
    hint: 'drop it again under another key',
    details: { path },
    cause,
  })
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function checkId(kind: 'producer' | 'consumer', id: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(id)) return
  throw new ConfigError('config/params', `"${id}" cannot be the id of a ${kind}`, {
    hint: 'use letters, digits and dashes, like "district-07"',
  })
}
