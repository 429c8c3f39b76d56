/**
 * Where a pipeline goes on after a failure: the result of every stage that completed, in a file that belongs to one
 * input and one configuration.
 */
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { DataError } from '../base/errors.ts'
import { canonicalJson, sha256Hex } from '../base/hash.ts'
import { readJsonFile, writeJsonFile } from '../files/json-file.ts'

/** What `runStages` asks and tells. */
export interface Checkpoint<Row> {
  /** The saved records of a stage; undefined when it has yet to run. */
  resultOf(index: number, stage: string): readonly Row[] | undefined
  /** Saves the records of a stage, which must be JSON, and gives them as they will come back. */
  save(index: number, stage: string, records: readonly Row[]): Promise<readonly Row[]>
  /** `none`: there was no file. `other`: it belonged to another input or configuration, so every stage runs again. */
  readonly found: 'none' | 'usable' | 'other'
}

const SavedStage = z.object({
  stage: z.string(),
  status: z.literal('completed'),
  completedAt: z.iso.datetime(),
  data: z.array(z.json()),
})

const CheckpointFile = z.object({
  version: z.literal(1),
  /** Hash of what the stages were run with. */
  boundTo: z.string(),
  /** Hash of `stages`: a file that was changed by hand, or by a failing disk, is not trusted. */
  checksum: z.string(),
  /** In the order they ran; a disabled stage leaves a null. */
  stages: z.array(SavedStage.nullable()),
})

export interface CheckpointOptions {
  readonly path: string
  /** Input, parameters and list of stages, as JSON: when any of it is another, the checkpoint is of no use. */
  readonly boundTo: unknown
  readonly clock: Clock
}

/**
 * Opens the checkpoint of a path. The file is written after each stage, whole or not at all.
 *
 * @throws DataError `data/file` when the file is damaged: it is never taken for an empty one
 * @throws DataError `data/json` when what it is bound to, or a saved record, cannot be held by JSON
 */
export async function openCheckpoint<Row>({ path, boundTo, clock }: CheckpointOptions): Promise<Checkpoint<Row>> {
  const binding = `sha256-jcs:${sha256Hex(canonicalJson(boundTo))}`
  const file = await readJsonFile(path, CheckpointFile)
  if (file !== null && checksumOf(file.stages) !== file.checksum) {
    throw new DataError('data/file', `the checkpoint "${path}" is damaged: it is not what was written`, {
      hint: 'move it away to run every stage again',
      details: { path },
    })
  }
  const found = file === null ? 'none' : file.boundTo === binding ? 'usable' : 'other'
  const stages = found === 'usable' && file !== null ? [...file.stages] : []
  return {
    found,
    resultOf(index, stage) {
      const saved = stages[index]
      return saved?.stage === stage ? (saved.data as readonly unknown[] as readonly Row[]) : undefined
    },
    async save(index, stage, records) {
      // as JSON, so that a run that recovers has exactly what one that did not had
      const data = z.array(z.json()).parse(JSON.parse(canonicalJson(records)))
      for (let before = stages.length; before < index; before += 1) stages[before] = null
      stages[index] = { stage, status: 'completed', completedAt: clock.now().toISOString(), data }
      await writeJsonFile(path, { version: 1, boundTo: binding, checksum: checksumOf(stages), stages })
      return data as readonly unknown[] as readonly Row[]
    },
  }
}

function checksumOf(stages: readonly unknown[]): string {
  return sha256Hex(canonicalJson(stages))
}
