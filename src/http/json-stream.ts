/**
 * The items of one huge array in a JSON object, many at a time, in bounded memory: `{ "dataValues": [ … ], … }`.
 *
 * `JSON.parse` does the parsing, on slices that each hold many whole items. Where a slice may end is not looked for
 * byte by byte: a slice that begins at an item, ends before a comma and parses as a list can only have ended between
 * two items, for what JSON's first bytes mean does not depend on what comes after them. Only where the guess fails
 * (a "},{" inside a text, nested objects, the end of the array) are bytes counted.
 */
import { HttpError } from '../base/errors.ts'

export interface ArrayStream<T> {
  /** The items in order. To be read once. Throws `http/shape` for a body that is cut off or is not of this form. */
  readonly batches: AsyncIterable<readonly T[]>
  /**
   * The members beside the array: those before it are there with the first batch, all of them after the last one.
   * An array without items gives no batch.
   */
  readonly envelope: () => Readonly<Record<string, unknown>>
}

export interface ArrayStreamOptions {
  /** What the bytes are, for error messages: "GET https://…". */
  readonly source?: string | undefined
  /** How much is parsed at a time, in bytes. */
  readonly sliceBytes?: number | undefined
}

/** 256 kB: a few hundred items, which live and die in the young part of the heap. */
const SLICE_BYTES = 256 * 1024
/** After as many wrong guesses the items are taken to be nested, and bytes are counted from there on. */
const WRONG_GUESSES = 2

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

export function streamArray<T>(
  bytes: AsyncIterable<Uint8Array>,
  member: string,
  options: ArrayStreamOptions = {},
): ArrayStream<T> {
  const source = options.source ?? 'the answer'
  const sliceBytes = options.sliceBytes ?? SLICE_BYTES
  let envelope: Readonly<Record<string, unknown>> = {}

  async function* batches(): AsyncGenerator<readonly T[]> {
    const window = createWindow()
    let head: string | undefined
    let items = 0
    let wrongGuesses = 0
    let ended = false
    let enough = 0

    /** As many whole items as the window holds. */
    function* takeItems(isLast: boolean): Generator<readonly T[]> {
      if (!isLast && wrongGuesses < WRONG_GUESSES) {
        const comma = lastObjectEnd(window.view())
        const guess = comma === -1 ? undefined : guessList(window.view(), comma)
        if (guess !== undefined) {
          window.drop(comma + 1)
          items += guess.length
          yield guess as T[]
          return
        }
        wrongGuesses += 1
      }
      const { comma, end } = countItems(window.view())
      const until = end === -1 ? comma : end
      if (until === -1) return
      const list = parseList(window.view(), until, end !== -1, source, items)
      window.drop(until + 1)
      ended = end !== -1
      items += list.length
      if (list.length > 0) yield list as T[]
    }

    for await (const chunk of bytes) {
      window.add(chunk)
      if (ended || window.length() < enough) continue
      if (head === undefined) {
        const start = findArray(window.view(), member)
        if (start === 'later') continue
        if (start === 'absent') break
        head = window.view().toString('utf8', 0, start)
        envelope = parseEnvelope(`${head}null}`, member) ?? envelope
        window.drop(start + 1)
      }
      if (window.length() < sliceBytes) continue
      yield* takeItems(false)
      // one item that is larger than the window: look again when there is twice as much
      enough = window.length() >= sliceBytes ? window.length() * 2 : sliceBytes
    }

    if (head === undefined) throw noArray(window.view(), member, source)
    if (!ended) yield* takeItems(true)
    const whole = ended ? parseEnvelope(`${head}null${window.view().toString('utf8')}`, member) : undefined
    if (whole === undefined) throw cutOff(source, member, items)
    envelope = whole
  }

  return { batches: batches(), envelope: () => envelope }
}

/** Bytes that came and were not used yet. They are joined only when they are looked at. */
function createWindow() {
  let chunks: Uint8Array[] = []
  let length = 0
  let joined: Buffer = Buffer.alloc(0)
  return {
    length: () => length,
    add(chunk: Uint8Array): void {
      chunks.push(chunk)
      length += chunk.length
    },
    view(): Buffer {
      if (chunks.length > 0) joined = Buffer.concat([joined, ...chunks], length)
      chunks = []
      return joined
    },
    drop(count: number): void {
      joined = joined.subarray(count)
      length -= count
    },
  }
}

/** The last comma that follows an object, or -1. */
function lastObjectEnd(view: Buffer): number {
  const at = view.lastIndexOf('},')
  return at === -1 ? -1 : at + 1
}

/** The items before the comma, or undefined when the comma was not between two items after all. */
function guessList(view: Buffer, comma: number): unknown[] | undefined {
  try {
    return JSON.parse(`[${view.toString('utf8', 0, comma)}]`) as unknown[]
  } catch {
    // a wrong guess, or broken JSON: counting bytes tells the two apart
    return undefined
  }
}

/** The last comma between two items, and the bracket that ends the array; -1 for what is not there. */
function countItems(view: Buffer): { readonly comma: number; readonly end: number } {
  let depth = 0
  let comma = -1
  for (let at = 0; at < view.length; at += 1) {
    switch (view[at]) {
      case QUOTE:
        at = endOfText(view, at)
        if (at === -1) return { comma, end: -1 }
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1
        break
      case CLOSE_OBJECT:
        depth -= 1
        break
      case CLOSE_LIST:
        if (depth === 0) return { comma, end: at }
        depth -= 1
        break
      case COMMA:
        if (depth === 0) comma = at
        break
      default:
    }
  }
  return { comma, end: -1 }
}

/** The closing quote of the text that opens at `start`, or -1. */
function endOfText(view: Buffer, start: number): number {
  let quote = view.indexOf(QUOTE, start + 1)
  while (quote !== -1) {
    let slashes = 0
    while (view[quote - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return quote
    quote = view.indexOf(QUOTE, quote + 1)
  }
  return -1
}

/** Where the array of the member opens; `absent` when the object has no such member, or another value there. */
function findArray(view: Buffer, member: string): number | 'later' | 'absent' {
  let depth = 0
  let name: string | undefined
  for (let at = 0; at < view.length; at += 1) {
    const byte = view[at]
    if (byte === QUOTE) {
      const end = endOfText(view, at)
      if (end === -1) return 'later'
      if (depth === 1) name = view.toString('utf8', at + 1, end)
      at = end
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (byte === OPEN_LIST && depth === 0) return 'absent'
      depth += 1
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1
      if (depth === 0) return 'absent'
    } else if (byte === COLON && depth === 1 && name === member) {
      const value = firstByte(view, at + 1)
      if (value === -1) return 'later'
      return view[value] === OPEN_LIST ? value : 'absent'
    }
  }
  return 'later'
}

function firstByte(view: Buffer, start: number): number {
  for (let at = start; at < view.length; at += 1) {
    if ((view[at] ?? 0) > 0x20) return at
  }
  return -1
}

function parseList(view: Buffer, until: number, isLast: boolean, source: string, before: number): unknown[] {
  const text = view.toString('utf8', 0, until)
  try {
    if (isLast && text.trim() === '') return []
    return JSON.parse(`[${text}]`) as unknown[]
  } catch (cause) {
    throw new HttpError('http/shape', `${source} holds something that is not JSON after ${before} items`, {
      hint: 'the answer was damaged on its way: try again, or ask for less at once',
      details: { items: before },
      cause,
    })
  }
}

function parseEnvelope(text: string, member: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const { [member]: _array, ...others } = JSON.parse(text) as Record<string, unknown>
    return others
  } catch {
    // cut off, or damaged: whoever asked says so
    return undefined
  }
}

function noArray(view: Buffer, member: string, source: string): HttpError {
  if (view.length === 0) {
    return new HttpError('http/shape', `${source} has an empty body`, {
      hint: 'the account may not see what was asked for, or a proxy swallowed the answer: check the rights of the account',
      details: { empty: true },
    })
  }
  return new HttpError('http/shape', `${source} has no list "${member}": "${view.toString('utf8', 0, 120)}"`, {
    hint: 'the answer is cut off, or comes from another address or version than expected',
    details: { field: member },
  })
}

function cutOff(source: string, member: string, items: number): HttpError {
  return new HttpError('http/shape', `${source} is cut off in "${member}" after ${items} items`, {
    hint: 'the server or a proxy ended the answer early: try again, or ask for less at once',
    retryable: true,
    details: { field: member, items },
  })
}
