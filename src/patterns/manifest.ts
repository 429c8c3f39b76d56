/** Which files were processed already: a JSON file that is written after each success, whole or not at all. */
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { toFailure, type Failure } from '../base/failure.ts'
import { readJsonFile, writeJsonFile } from '../files/json-file.ts'

const Manifest = z.object({
  /** When the last file entered it, as ISO text; null before the first. */
  lastUpdated: z.iso.datetime().nullable(),
  /** Each file by name, with the moment it was done. */
  processedFiles: z.record(z.string(), z.iso.datetime()),
  totalProcessed: z.int().min(0),
})

export type Manifest = z.output<typeof Manifest>

const EMPTY: Manifest = { lastUpdated: null, processedFiles: {}, totalProcessed: 0 }

export interface ProcessedFile<T> {
  readonly name: string
  readonly result: T
}

export interface FailedFile {
  readonly name: string
  readonly failure: Failure
}

export interface Processing<T> {
  readonly processed: ProcessedFile<T>[]
  /** Names that were in the manifest already. */
  readonly skipped: string[]
  /** Not in the manifest, so the next run tries them again. */
  readonly failed: FailedFile[]
  readonly manifest: Manifest
}

export interface ProcessNewFilesOptions {
  readonly manifestPath: string
  readonly clock: Clock
  /** Ends the work between two files, with its reason. */
  readonly signal?: AbortSignal
}

/**
 * The manifest of a path; an empty one when there is none yet.
 *
 * @throws DataError `data/file` when it is damaged: what was processed is then not known, and nothing is processed twice
 */
export async function readManifest(path: string): Promise<Manifest> {
  return (await readJsonFile(path, Manifest)) ?? EMPTY
}

/** Those that are not in the manifest, in their order and each once. */
export function newFiles(manifest: Manifest, names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !Object.hasOwn(manifest.processedFiles, name))
}

/**
 * Processes the files that are new, one after another, and writes the manifest after each that went well. A file that
 * fails does not hold up the others. One run at a time may use a manifest.
 *
 * A crash after a file was processed and before the manifest was written means that the file is processed again: make
 * the work fit to be repeated.
 *
 * @throws DataError `data/file` when the manifest is damaged or cannot be written
 */
export async function processNewFiles<T>(
  names: readonly string[],
  work: (name: string) => T | Promise<T>,
  { manifestPath, clock, signal }: ProcessNewFilesOptions,
): Promise<Processing<T>> {
  let manifest = await readManifest(manifestPath)
  const wanted = newFiles(manifest, names)
  const skipped = [...new Set(names).difference(new Set(wanted))]
  const processed: ProcessedFile<T>[] = []
  const failed: FailedFile[] = []
  for (const name of wanted) {
    signal?.throwIfAborted()
    let result: T
    try {
      result = await work(name)
    } catch (error) {
      signal?.throwIfAborted()
      failed.push({ name, failure: toFailure(error) })
      continue
    }
    manifest = withProcessed(manifest, name, clock.now())
    await writeJsonFile(manifestPath, manifest)
    processed.push({ name, result })
  }
  return { processed, skipped, failed, manifest }
}

function withProcessed(manifest: Manifest, name: string, at: Date): Manifest {
  const processedFiles = { ...manifest.processedFiles, [name]: at.toISOString() }
  return { lastUpdated: at.toISOString(), processedFiles, totalProcessed: Object.keys(processedFiles).length }
}
