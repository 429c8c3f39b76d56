/**
 * What may be fed to a task or a flow beside plain values: futures, at the top or one level into each argument, and the
 * wrappers that say how a value is meant.
 */
import { Future } from './future.ts'

/** An argument as the body wants it, or a future of it, or a collection with futures in it. */
export type FeedArgument<T> =
  | T
  | Future<T>
  | Whole<T>
  | (Error extends T ? AllowedFailure<Exclude<T, Error>> : never)
  | (T extends readonly (infer Item)[]
      ? readonly (Item | Future<Item> | (Error extends Item ? AllowedFailure<Exclude<Item, Error>> : never))[]
      : T extends object
        ? { readonly [Key in keyof T]: T[Key] | Future<T[Key]> }
        : never)

/** The input of a call. */
export type Feed<Input> =
  | FeedArgument<Input>
  | (Input extends readonly unknown[]
      ? never
      : Input extends object
        ? { readonly [Key in keyof Input]: FeedArgument<Input[Key]> }
        : never)

/** What a call may wait for without taking its value. */
export type Earlier = Future<unknown> | AllowedFailure<unknown> | readonly (Future<unknown> | AllowedFailure<unknown>)[]

/** A value that is passed as it is to every mapped call; futures in it are awaited. */
export class Whole<T> {
  declare readonly value: T
  readonly content: unknown

  constructor(content: unknown) {
    this.content = content
  }
}

/** A future whose failure does not keep the later call from running. */
export class AllowedFailure<T> {
  declare readonly value: T
  readonly future: Future<T>

  constructor(future: Future<T>) {
    this.future = future
  }
}

/**
 * The list as one value: for a mapped call that wants all of it, or to collect the futures of a map.
 *
 * @example compare.map({ country: codes, all: whole(values) })
 */
export function whole<Item>(list: Future<readonly Item[]> | readonly (Item | Future<Item>)[]): Whole<Item[]> {
  return new Whole(list)
}

/** The same value for each mapped call, also when it is a list. */
export function unmapped<T>(value: T | Future<T>): Whole<T> {
  return new Whole(value)
}

/**
 * Lets a later call run after this one ended, however it ended. In `waitFor` it only orders; as data it hands over the
 * error when there is no value.
 */
export function allowFailure<T>(future: Future<T>): AllowedFailure<T>
export function allowFailure<T>(futures: readonly Future<T>[]): readonly AllowedFailure<T>[]
export function allowFailure<T>(
  given: Future<T> | readonly Future<T>[],
): AllowedFailure<T> | readonly AllowedFailure<T>[] {
  return given instanceof Future ? new AllowedFailure(given) : given.map((future) => new AllowedFailure(future))
}

/** An input whose futures have all ended: the plain value, or the first earlier run that failed. */
export type Fed =
  | { readonly ready: true; readonly input: unknown }
  | { readonly ready: false; readonly because: Future<unknown>; readonly error: unknown }

/** Null when there is nothing to wait for: then nothing has to be awaited. */
export function futuresIn(input: unknown, waitFor: readonly Earlier[]): readonly Future<unknown>[] | null {
  const found: Future<unknown>[] = []
  for (const earlier of waitFor) collectFutures(earlier, 1, found)
  collectFutures(input, 2, found)
  return found.length === 0 && !holdsWhole(input) ? null : found
}

/** Waits until every future has ended. */
export async function fed(
  input: unknown,
  waitFor: readonly Earlier[],
  futures: readonly Future<unknown>[],
): Promise<Fed> {
  await Promise.all(futures.map((future) => Future.peek(future)))
  const outcomes = new Map<Future<unknown>, { readonly result?: unknown; readonly error?: unknown }>()
  for (const future of futures) outcomes.set(future, await Future.peek(future))

  const tolerated = new Set<Future<unknown>>()
  for (const earlier of waitFor) noteTolerated(earlier, 1, tolerated)
  noteTolerated(input, 2, tolerated)
  for (const future of tolerated) Future.markHandled(future)

  for (const [future, outcome] of outcomes) {
    if ('error' in outcome && !tolerated.has(future)) return { ready: false, because: future, error: outcome.error }
  }
  return { ready: true, input: substitute(input, 2, (future) => valueOf(outcomes.get(future))) }
}

function valueOf(outcome: { readonly result?: unknown; readonly error?: unknown } | undefined): unknown {
  if (outcome === undefined || !('error' in outcome)) return outcome?.result
  return outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error))
}

function collectFutures(value: unknown, depth: number, found: Future<unknown>[]): void {
  if (value instanceof Future) found.push(value)
  else if (value instanceof AllowedFailure) found.push(value.future)
  else if (value instanceof Whole) collectFutures(value.content, depth, found)
  else if (depth > 0) for (const member of membersOf(value)) collectFutures(member, depth - 1, found)
}

function noteTolerated(value: unknown, depth: number, found: Set<Future<unknown>>): void {
  if (value instanceof AllowedFailure) found.add(value.future)
  else if (value instanceof Whole) noteTolerated(value.content, depth, found)
  else if (depth > 0 && !(value instanceof Future)) {
    for (const member of membersOf(value)) noteTolerated(member, depth - 1, found)
  }
}

function holdsWhole(input: unknown): boolean {
  return input instanceof Whole || membersOf(input).some((member) => member instanceof Whole)
}

/** Only plain lists and objects are looked into: whatever has a class of its own is passed as it is. */
function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isPlain(value) ? Object.values(value) : []
}

function substitute(value: unknown, depth: number, resolved: (future: Future<unknown>) => unknown): unknown {
  if (value instanceof Future) return resolved(value)
  if (value instanceof AllowedFailure) return resolved(value.future)
  if (value instanceof Whole) return substitute(value.content, depth, resolved)
  if (depth === 0) return value
  if (Array.isArray(value)) return value.map((member: unknown) => substitute(member, depth - 1, resolved))
  if (!isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, substitute(member, depth - 1, resolved)]),
  )
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
