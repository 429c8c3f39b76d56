/** What happened, written down outside of the store: one JSON line per thing, by whichever process it happened in. */
import { appendFileSync, readFileSync } from 'node:fs'

export type Entry =
  /** A process holds the run under this epoch. */
  | {
      readonly what: 'claimed'
      readonly pid: number
      readonly run: string
      readonly epoch: number
      readonly flow: string
    }
  /** The body of a step has begun: whatever it does to the world, it does now. */
  | {
      readonly what: 'effect'
      readonly pid: number
      readonly run: string
      readonly epoch: number
      readonly step: string
      readonly task: string
    }
  /** The store has acknowledged that the step is done. */
  | {
      readonly what: 'acknowledged'
      readonly pid: number
      readonly run: string
      readonly epoch: number
      readonly step: string
    }
  /** A process was told that a run is not its own any more. */
  | { readonly what: 'lost'; readonly pid: number; readonly words: string }
  /** Something that a process said in passing, and that is not meant to happen. */
  | { readonly what: 'trouble'; readonly pid: number; readonly words: string }

/** One line is one write at the end of the file: lines of several processes do not mix, and a killed one leaves none half. */
export function write(path: string, entry: Entry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`)
}

export function read(path: string): readonly Entry[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // nothing has happened yet
    return []
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)
}
