/** `d2flow sandbox`: the fakes, served until stopped. */
import { once } from 'node:events'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'

export interface SandboxOptions {
  readonly dhis2: '2.40' | '2.41' | '2.42' | '2.43'
  readonly port?: number | undefined
  readonly values: 'none' | 'demo' | 'full'
}

export async function sandbox(
  { output, signal }: Invocation,
  { dhis2, port, values }: SandboxOptions,
): Promise<number> {
  const { startSandbox } = await import('../../sandbox/index.ts')
  const running = await startSandbox({ dhis2, values, ...(port === undefined ? {} : { port }) })
  const rows = Object.entries(running.addresses).map(([service, address]) => ({ service, address }))
  if (output.json) process.stdout.write(`${JSON.stringify(running.addresses)}\n`)
  output.print(`${textTable(rows)}\n\nDHIS2 ${dhis2}: sign in as admin / district. Ctrl-C stops it.`)
  if (!signal.aborted) await once(signal, 'abort')
  await running.stop()
  return EXIT.done
}
