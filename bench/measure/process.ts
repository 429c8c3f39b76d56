/** Whole processes, timed from outside and accounted for by themselves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ProcessUse {
  readonly wallMs: number
  /** User and system time together. */
  readonly cpuMs: number
  readonly peakMb: number
  readonly stdout: string
}

/** Says what the process has used when it ends, on a line of its own on stderr. */
const ACCOUNT = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const u = process.resourceUsage(); process.stderr.write('\\n#use ' + JSON.stringify({ cpuMs: (u.userCPUTime + u.systemCPUTime) / 1000, peakMb: u.maxRSS / 1024 }) + '\\n') })",
)}`

/** Runs Node with these arguments to its end. @throws Error with the process's words when it fails */
export async function runNode(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd: string = process.cwd(),
): Promise<ProcessUse> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--import', ACCOUNT, ...args], {
    // as bin/d2flow.js has it: what was compiled once is not compiled again
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'd2flow-bench-cache'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  const wallMs = performance.now() - startedAt
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}: ${output.stderr}`)
  const use = /#use (\{.*\})/.exec(output.stderr)?.[1]
  const { cpuMs, peakMb } = JSON.parse(use ?? '{"cpuMs":NaN,"peakMb":NaN}') as { cpuMs: number; peakMb: number }
  return { wallMs, cpuMs, peakMb, stdout: output.stdout }
}
