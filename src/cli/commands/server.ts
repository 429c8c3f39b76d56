/** `d2flow server …`: the pages of this project, until stopped. */
import { once } from 'node:events'
import { systemClock } from '../../base/clock.ts'
import { applyDeployments, servedOf } from '../../project/apply-deployments.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export interface ServerOptions {
  readonly host: string
  readonly port: number
}

export async function startServer(invocation: Invocation, { host, port }: ServerOptions): Promise<number> {
  const { output, signal, settings, version } = invocation
  return await withProject(invocation, async (project) => {
    const { servePages } = await import('../../server/serve-pages.ts')
    await applyDeployments(servedOf(project.deployments), project.store, systemClock)
    const served = await servePages({ project, settings, host, port, executes: false, version })
    try {
      // one line at once, for whoever waits for the address; the document at the end is for those who wait for that
      if (output.json) process.stdout.write(`${JSON.stringify({ address: served.address })}\n`)
      output.print(
        `${served.address}\n\nIt shows ${project.store.address}; runs wait for d2flow serve, or for a worker of their pool. Ctrl-C stops it.`,
      )
      if (!signal.aborted) await once(signal, 'abort')
    } finally {
      await served.stop()
    }
    return EXIT.done
  })
}
