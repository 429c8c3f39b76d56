/** Runs the command line as a person or a script does: a real process, its words, its exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export const BIN = join(import.meta.dirname, '..', '..', 'bin', 'd2flow.js')

export interface CommandResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  /** Called with the child, for whoever wants to end it early. */
  readonly whileRunning?: (child: ReturnType<typeof spawn>) => void | Promise<void>
}

/** The home of the command is its folder: no test touches anybody's own key. */
export async function d2flow(
  args: readonly string[],
  { cwd, environment = {}, input, whileRunning }: CommandOptions,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...environment },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.end(input ?? '')
  const closed = once(child, 'close')
  await whileRunning?.(child)
  const [exitCode] = (await closed) as [number | null]
  return { exitCode, stdout, stderr }
}
