/** Serves the pages of a project at an address. */
import type { Settings } from '../base/settings.ts'
import { listen, type Served } from '../project/listen.ts'
import type { Project } from '../project/open-project.ts'
import { accessFor } from './access.ts'
import { createServerApp } from './app.ts'

export interface ServePagesOptions {
  readonly project: Project
  readonly settings: Settings
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  readonly executes: boolean
  readonly version: string
}

/**
 * @throws ConfigError `config/setting` when others could reach it and no token is set
 * @throws UsageError `cli/usage` when the port is taken
 */
export async function servePages(options: ServePagesOptions): Promise<Served> {
  const { project, settings, host, port, executes, version } = options
  const app = createServerApp({ project, access: accessFor(host, settings), executes, version })
  return await listen(app, { host, port })
}
