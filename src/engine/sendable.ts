/** What arrives in another thread as it was: plain data, and the language's own containers. */

/** Where in a value there is something that would arrive as another thing, and what; null when all of it may be sent. */
export function findUnsendable(value: unknown): { readonly what: string; readonly path: string } | null {
  return find(value, '', new Set())
}

function find(value: unknown, path: string, seen: Set<object>): { what: string; path: string } | null {
  if (typeof value === 'function') return { what: `the function ${value.name}`.trimEnd(), path }
  if (typeof value === 'symbol') return { what: 'a symbol', path }
  if (typeof value !== 'object' || value === null || seen.has(value)) return null
  seen.add(value)
  if (Array.isArray(value)) return first(value.entries(), (index) => `${path}[${String(index)}]`, seen)
  if (value instanceof Map) return first(value, (key) => `${path}.get(${String(key)})`, seen)
  if (value instanceof Set) return first(value.entries(), () => `${path} (a member)`, seen)
  if (isOwnOfTheLanguage(value)) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    return { what: `a ${value.constructor.name || 'class instance'}`, path }
  }
  return first(Object.entries(value), (name) => (path === '' ? String(name) : `${path}.${String(name)}`), seen)
}

function first(
  members: Iterable<readonly [unknown, unknown]>,
  pathOf: (key: unknown) => string,
  seen: Set<object>,
): { what: string; path: string } | null {
  for (const [key, member] of members) {
    const found = find(member, pathOf(key), seen)
    if (found !== null) return found
  }
  return null
}

function isOwnOfTheLanguage(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer ||
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof Error
  )
}
