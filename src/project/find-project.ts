/** Where the project is: the nearest `project.config.ts` at or above a folder. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../base/errors.ts'
import { checkDefinition } from './check-definition.ts'
import type { ProjectDefinition } from './define-project.ts'

export interface FoundProject {
  readonly folder: string
  /** Null when there is no project file: then the bundled flows are the project. */
  readonly file: string | null
}

const FILES = ['project.config.ts', 'project.config.js', 'project.config.mjs']

/** @throws ConfigError `config/setting` when a folder was named and has no project file */
export function findProject(cwd: string, named?: string): FoundProject {
  if (named !== undefined) {
    const folder = resolve(cwd, named)
    const file = fileIn(folder)
    if (file !== null) return { folder, file }
    throw new ConfigError('config/setting', `"${named}" has no project.config.ts`, {
      hint: 'name the folder that holds it, or make a project with: d2flow init FOLDER',
    })
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = fileIn(folder)
    if (file !== null) return { folder, file }
    if (dirname(folder) === folder) return { folder: resolve(cwd), file: null }
  }
}

/** @throws ConfigError `config/setting` when the file cannot be loaded or exports no project, or names what is not one of its parts */
export async function loadProjectFile(file: string): Promise<ProjectDefinition> {
  let loaded: { default?: unknown }
  try {
    loaded = (await import(pathToFileURL(file).href)) as { default?: unknown }
  } catch (cause) {
    throw new ConfigError('config/setting', `"${file}" cannot be loaded: ${(cause as Error).message}`, {
      hint: hintFor(cause as NodeJS.ErrnoException),
      cause,
    })
  }
  return checkDefinition(file, loaded.default)
}

function fileIn(folder: string): string | null {
  return FILES.map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

function hintFor(cause: NodeJS.ErrnoException): string {
  if (cause.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return 'enums, namespaces, decorators and parameter properties are not read: Node only strips types'
  }
  if (cause.code === 'ERR_MODULE_NOT_FOUND') return 'is it installed, and does a relative import end in .ts?'
  return 'mend the file; the message says where'
}
