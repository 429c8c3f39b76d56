/** The sandbox in a process of its own, so that what it uses counts for nobody else. Run as a script, it is that process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { SandboxOptions } from '../../src/sandbox/index.ts'

export interface SandboxProcess {
  /** Of its DHIS2 server. */
  readonly address: string
  stop(): Promise<void>
}

/** @throws Error when it ends before it serves */
export async function startSandboxProcess(options: SandboxOptions): Promise<SandboxProcess> {
  const child = spawn(process.execPath, ['--conditions=source', import.meta.filename, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  for await (const address of createInterface({ input: child.stdout })) {
    return {
      address,
      async stop() {
        child.kill()
        await ended
      },
    }
  }
  throw new Error('the sandbox ended before it said where it is')
}

if (import.meta.main) {
  const { startSandbox } = await import('../../src/sandbox/index.ts')
  const { addresses } = await startSandbox(JSON.parse(process.argv[2] ?? '{}') as SandboxOptions)
  console.log(addresses.dhis2)
}
