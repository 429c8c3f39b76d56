/** Opens the project a command works on, and closes it again. */
import type { Project } from '../project/open-project.ts'
import type { Invocation } from './invocation.ts'

export interface OpenOptions {
  /** Wins over everything else. */
  readonly store?: string
  readonly instead?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Gives `use` the open project; it is closed whatever happens. */
export async function withProject<T>(
  invocation: Invocation,
  use: (project: Project) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const [{ findProject, loadProjectFile }, { openProject }, { bundled }] = await Promise.all([
    import('../project/find-project.ts'),
    import('../project/open-project.ts'),
    import('../../flows/index.ts'),
  ])
  const { folder, file } = findProject(invocation.cwd, invocation.projectFolder)
  const project = await openProject({
    folder,
    definition: file === null ? {} : await loadProjectFile(file),
    bundled,
    settings: invocation.settings,
    store: options.store ?? invocation.store,
    tell: (sentence) => invocation.output.note(sentence),
    ...(options.instead === undefined ? {} : { instead: options.instead }),
  })
  try {
    return await use(project)
  } finally {
    await project.close()
  }
}
