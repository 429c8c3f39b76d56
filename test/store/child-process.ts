/** Real processes on one store file: started, listened to, killed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Child {
  readonly process: ChildProcess
  /** Every line it has printed so far. */
  readonly lines: readonly string[]
  /** Resolves when it has printed so many lines. */
  printed(count: number): Promise<void>
  /** Resolves when it has ended, with its exit code; null when it was killed. */
  readonly ended: Promise<number | null>
}

/** Starts a script of this folder. What it says on stderr is ours to see. */
export function startChild(script: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  // 'close' comes when the last line was read, after 'exit'
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    process: child,
    lines,
    ended,
    printed: (count) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (lines.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`${script} ended after ${lines.length} lines, ${count} were expected`)))
      }),
  }
}
