/** `d2flow artifact …`: what flows have published. */
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import type { Artifact } from '../../model/artifact.ts'
import type { Project } from '../../project/open-project.ts'
import { textTable } from '../../render/text-table.ts'
import { artifactForPrograms, artifactText } from '../artifact-text.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export async function listArtifacts(invocation: Invocation): Promise<number> {
  return await withProject(invocation, async ({ store }) => {
    const latest = await store.artifacts.latest()
    const rows = latest.map(({ key, content, description, createdAt }) => ({
      key,
      kind: content.kind,
      description,
      published: createdAt,
    }))
    invocation.output.print(
      rows.length === 0 ? 'nothing has been published under a key yet; try: d2flow run hello' : textTable(rows),
    )
    invocation.output.document({ artifacts: latest.map(artifactForPrograms) })
    return EXIT.done
  })
}

export async function inspectArtifact(
  invocation: Invocation,
  key: string,
  { versionNumber }: { readonly versionNumber?: number | undefined },
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const versions = await versionsOf(project, key)
    const number = versionNumber ?? versions.length
    const artifact = versions[versions.length - number]
    if (artifact === undefined) {
      throw new UsageError('cli/usage', `"${key}" has no version ${number}`, {
        hint: `it has ${versions.length}: see d2flow artifact versions ${key}`,
      })
    }
    invocation.output.print(artifactText(artifact))
    invocation.output.document({ version: number, of: versions.length, artifact: artifactForPrograms(artifact) })
    return EXIT.done
  })
}

export async function listVersions(invocation: Invocation, key: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const versions = await versionsOf(project, key)
    const runs = await Promise.all(versions.map(({ runId }) => project.store.runs.get(runId)))
    const rows = versions.map(({ content, description, createdAt }, at) => ({
      version: versions.length - at,
      kind: content.kind,
      description,
      published: createdAt,
      run: runs[at]?.name ?? null,
    }))
    invocation.output.print(textTable(rows))
    invocation.output.document({ key, versions: rows })
    return EXIT.done
  })
}

/** Newest first. @throws UsageError `cli/usage` for a key nothing was published under */
async function versionsOf({ store }: Project, key: string): Promise<readonly Artifact[]> {
  const versions = await store.artifacts.versions(key)
  if (versions.length > 0) return versions
  const keys = (await store.artifacts.latest()).flatMap((artifact) => artifact.key ?? [])
  const near = nearest(key, keys)
  throw new UsageError('cli/usage', `nothing has been published as "${key}"`, {
    hint: near === null ? 'see what there is with: d2flow artifact ls' : `did you mean "${near}"?`,
  })
}
