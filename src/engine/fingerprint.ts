/**
 * A digest of what a step was given, to know it again when a run is resumed.
 *
 * The order of keys makes no difference. What is not data (a client, a function) counts by its kind only: a step that
 * is handed an open connection is still the same step. Nothing is collected on the way, so that a large input costs no
 * memory.
 */
import { createHash, hash, type Hash } from 'node:crypto'

/** Digits kept: 128 bits. Chance never makes two inputs of one run look alike. */
const DIGITS = 32
const PIECE = 64 * 1024

export function fingerprint(input: unknown): string {
  const sink = new Sink()
  write(input, sink, [])
  return sink.digest()
}

class Sink {
  #text = ''
  #hash: Hash | undefined

  add(text: string): void {
    this.#text += text
    if (this.#text.length < PIECE) return
    this.#hash ??= createHash('sha256')
    this.#hash.update(this.#text)
    this.#text = ''
  }

  digest(): string {
    // one call for the usual small input is several times cheaper than an object
    const digest =
      this.#hash === undefined ? hash('sha256', this.#text, 'hex') : this.#hash.update(this.#text).digest('hex')
    return digest.slice(0, DIGITS)
  }
}

function write(value: unknown, sink: Sink, parents: object[]): void {
  switch (typeof value) {
    case 'string':
      sink.add(JSON.stringify(value))
      return
    case 'object':
      if (value === null) sink.add('null')
      else writeObject(value, sink, parents)
      return
    case 'bigint':
      sink.add(`${value}n`)
      return
    case 'function':
      sink.add(`<function ${value.name}>`)
      return
    default:
      // numbers (NaN and Infinity too), booleans, undefined, symbols; -0 is 0
      sink.add(String(value === 0 ? 0 : value))
  }
}

function writeObject(value: object, sink: Sink, parents: object[]): void {
  if (parents.includes(value)) {
    sink.add('<itself>')
    return
  }
  parents.push(value)
  if (Array.isArray(value)) writeList(value, sink, parents)
  else if (value instanceof Date) sink.add(`<Date ${value.getTime()}>`)
  else if (value instanceof Error) sink.add(`<${value.name} ${JSON.stringify(value.message)}>`)
  else if (value instanceof Map || value instanceof Set) {
    sink.add(`<${value.constructor.name} `)
    writeList([...value], sink, parents)
    sink.add('>')
  } else if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    sink.add(`<${value.constructor.name} ${createHash('sha256').update(bytes).digest('hex')}>`)
  } else writeMembers(value, sink, parents)
  parents.pop()
}

function writeList(list: readonly unknown[], sink: Sink, parents: object[]): void {
  sink.add('[')
  for (const item of list) {
    write(item, sink, parents)
    sink.add(',')
  }
  sink.add(']')
}

function writeMembers(value: object, sink: Sink, parents: object[]): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    sink.add(`<${value.constructor.name}>`)
    return
  }
  sink.add('{')
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key]
    if (member === undefined) continue
    sink.add(`${JSON.stringify(key)}:`)
    write(member, sink, parents)
    sink.add(',')
  }
  sink.add('}')
}
