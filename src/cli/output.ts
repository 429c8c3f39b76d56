/**
 * Where a command's words go. Results go to stdout, everything else to stderr; with `--json` stdout holds exactly one
 * JSON document and stderr one JSON object per line, each with a `kind`.
 */
import { styleText } from 'node:util'
import type { Failure } from '../base/failure.ts'
import type { LogLevel } from '../base/log.ts'

export interface Output {
  readonly json: boolean
  /** A person looks at it: colours and a progress line are welcome. */
  readonly interactive: boolean
  /** The result for people; dropped with `--json`. */
  print(text: string): void
  /** The result for programs; dropped without `--json`. */
  document(value: unknown): void
  /** A result that comes bit by bit, one JSON object per line; dropped without `--json`. */
  piece(value: unknown): void
  /** A word beside the result. */
  note(text: string): void
  /**
   * Debug lines are for programs and for the log of the run; people are not shown them. Where several runs speak, `run` is
   * the name of the one that says it.
   */
  log(level: LogLevel, message: string, run?: string): void
  /** A line that the next one replaces; without a terminal a plain line now and then. */
  progress(text: string | null): void
  /** What went wrong. A stack is shown of what is a bug, and only to people. */
  failure(failure: Pick<Failure, 'code' | 'message' | 'hint' | 'stack'>): void
}

/** Without a terminal, progress is said at most this often. */
const PROGRESS_EVERY_MS = 5_000

const USUAL_COLUMNS = 80

const LEVEL_STYLE = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

export function createOutput(options: {
  readonly json: boolean
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly ci: boolean
  readonly monotonicMs: () => number
}): Output {
  const { json, stdout, stderr } = options
  const interactive = !json && stderr.isTTY && !options.ci
  const style = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream: stderr })
  let shown = false
  let saidAtMs = Number.NEGATIVE_INFINITY

  const clear = () => {
    if (shown) stderr.write('\r\u001B[K')
    shown = false
  }
  const say = (kind: string, facts: Record<string, unknown>, text: string) => {
    clear()
    stderr.write(`${json ? JSON.stringify({ kind, ...facts }) : text}\n`)
  }

  return {
    json,
    interactive,
    print(text) {
      clear()
      if (!json) stdout.write(`${text}\n`)
    },
    document(value) {
      clear()
      if (json) stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    piece(value) {
      clear()
      if (json) stdout.write(`${JSON.stringify(value)}\n`)
    },
    note: (text) => say('note', { message: text }, style('gray', text)),
    log(level, message, run) {
      if (level === 'debug' && !json) return
      const speaker = run === undefined ? '' : `${run}: `
      say('log', { level, message, run }, `${style(LEVEL_STYLE[level], level.padEnd(5))} ${speaker}${message}`)
    },
    progress(text) {
      if (text === null) {
        clear()
        return
      }
      if (interactive) {
        clear()
        // a terminal that does not know its width says 0
        const columns = stderr.columns > 0 ? stderr.columns : USUAL_COLUMNS
        stderr.write(style('cyan', text.slice(0, columns - 1)))
        shown = true
        return
      }
      const nowMs = options.monotonicMs()
      if (nowMs - saidAtMs < PROGRESS_EVERY_MS) return
      saidAtMs = nowMs
      say('progress', { message: text }, text)
    },
    failure({ code, message, hint, stack }) {
      const text = [`${style('red', 'error:')} ${message}`]
      if (hint !== undefined) text.push(`  ${style('gray', 'hint:')} ${hint}`)
      if (code === 'engine/unexpected' && stack !== undefined) text.push(stack.split('\n').slice(1, 6).join('\n'))
      say('error', { code, message, ...(hint === undefined ? {} : { hint }) }, text.join('\n'))
    },
  }
}
