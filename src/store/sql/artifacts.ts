/** Artifacts: the newest of a key is its present version, the row before it the one before. */
import type { Artifact, ArtifactContent } from '../../model/artifact.ts'
import type { ArtifactStore } from '../store.ts'
import type { Database, SqlValue } from './database.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, toMs } from './moment.ts'
import { packOrNull, unpackOrNull } from './packed.ts'
import { insertText, updateText } from './statement-text.ts'
import type { ArtifactRow } from './tables.ts'
import { findRun, type Writing } from './writing.ts'

type Row = ArtifactRow & { readonly run_id: string }

const COLUMNS = ['id', 'run', 'task_run_id', 'key', 'kind', 'description', 'content', 'created_at'] as const
const INSERT = insertText('artifacts', COLUMNS)
const REPLACE = updateText('artifacts', COLUMNS, 'pk = ?')
const SELECT = 'select artifacts.*, runs.id as run_id from artifacts join runs on runs.pk = artifacts.run'

export function sqlArtifacts(database: Database): ArtifactStore {
  const load = async (ending: string, parameters: readonly SqlValue[]) =>
    (await database.all<Row>(`${SELECT} ${ending}`, parameters)).map(readArtifact)

  return {
    listByRun: async (runId) => await load('where runs.id = ? order by artifacts.pk', [runId]),
    versions: async (key) => await load('where artifacts.key = ? order by artifacts.pk desc', [key]),
    latest: async () =>
      await load(
        'where artifacts.pk in (select max(pk) from artifacts where key is not null group by key) order by artifacts.key',
        [],
      ),
  }
}

export async function addArtifact(writing: Writing, artifact: Artifact): Promise<void> {
  const { connection } = writing
  const { pk: run } = await findRun(writing, artifact.runId)
  const values = [
    artifact.id,
    run,
    packOrNull(artifact.taskRunId),
    artifact.key,
    artifact.content.kind,
    artifact.description,
    toJson(artifact.content),
    toMs(artifact.createdAt),
  ]
  if (artifact.key !== null && artifact.content.kind === 'progress') {
    const [earlier] = await connection.all<Pick<ArtifactRow, 'pk'>>(
      "select pk from artifacts where run = ? and key = ? and kind = 'progress'",
      [run, artifact.key],
    )
    if (earlier !== undefined) {
      await connection.run(REPLACE, [...values, earlier.pk])
      return
    }
  }
  await connection.run(INSERT, values)
}

function readArtifact(row: Row): Artifact {
  return {
    id: row.id,
    runId: row.run_id,
    taskRunId: unpackOrNull(row.task_run_id),
    key: row.key,
    description: row.description,
    content: fromJson(row.content) as ArtifactContent,
    createdAt: fromMs(row.created_at),
  }
}
