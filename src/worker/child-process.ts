/**
 * A process of our own that executes runs: started, talked to, and ended with everything it has started itself.
 *
 * It leads a process group of its own, so that Ctrl-C in a terminal does not reach it and a signal to the group reaches
 * whatever its flows have started.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { FromChild, ToChild } from './child-messages.ts'

/** How such a process is started. */
export interface ChildCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
}

export interface ChildOptions {
  readonly command: ChildCommand
  readonly onMessage: (message: FromChild) => void
  /** A line that it printed. */
  readonly onLine: (line: string, from: 'stdout' | 'stderr') => void
}

export interface Child {
  readonly pid: number
  send(message: ToChild): void
  /** Signals the process and all that it has started. */
  signal(name: NodeJS.Signals): void
  /** Resolves, in words, when it has ended, its last words were read and nothing of it is left. */
  readonly ended: Promise<string>
}

/** A process that was killed has closed its pipes; one that has left its group could keep them open for ever. */
const LAST_WORDS_MS = 1_000

export function startChild({ command, onMessage, onLine }: ChildOptions): Child {
  const child = spawn(command.file, command.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
  })
  const { pid } = child
  const signal = (name: NodeJS.Signals) => {
    if (pid === undefined) return
    try {
      process.kill(-pid, name)
    } catch {
      // nobody of the group is left
    }
  }
  child.on('message', (message) => onMessage(message as FromChild))
  readLines(child.stdout, (line) => onLine(line, 'stdout'))
  readLines(child.stderr, (line) => onLine(line, 'stderr'))

  const pipesClosed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const lineClosed = new Promise<void>((resolve) => child.on('disconnect', () => resolve()))
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      // of a process that was started, an error is a message that did not reach it: its end says why
      if (pid === undefined) resolve(`its process could not be started: ${error.message}`)
    })
    child.on('exit', (code, name) => {
      // what it has started and left behind goes with it, and lets go of its pipes
      signal('SIGKILL')
      void Promise.race([Promise.all([pipesClosed, lineClosed]), wait(LAST_WORDS_MS)]).then(() =>
        resolve(inWords(pid ?? 0, code, name)),
      )
    })
  })

  return {
    pid: pid ?? 0,
    send(message) {
      // a child that is gone is found by its end
      if (child.connected) child.send(message, () => {})
    },
    signal,
    ended,
  }
}

function readLines(from: Readable | null, tell: (line: string) => void): void {
  // null when it could not be started
  if (from !== null) createInterface({ input: from }).on('line', tell)
}

function inWords(pid: number, code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return `process ${pid} was killed (SIGKILL): by somebody, or for want of memory`
  if (signal === 'SIGABRT') return `process ${pid} gave up (SIGABRT): often for want of memory`
  if (signal !== null) return `process ${pid} was ended by ${signal}`
  return `process ${pid} ended by itself, with exit code ${code ?? 'unknown'}`
}
