/** A client of which a test answers for some methods; every other one says that nobody answers for it. */

/**
 * Only methods that the client has may be given: the compiler checks it, and so does a call through an untyped value
 * when the real client, or a list of its methods, is given as `like`.
 *
 * @example stubClient<Dhis2Client>({ systemInfo: async () => ({ version: '2.42.4' }) })
 */
export function stubClient<Client extends object>(
  methods: Partial<Client>,
  options: { readonly like?: Client | readonly string[] } = {},
): Client {
  const { like } = options
  if (like !== undefined) {
    for (const name of Object.keys(methods)) {
      const known = Array.isArray(like) ? like.includes(name) : name in like
      if (!known) throw new TypeError(`the client has no method "${name}" to put a stub in place of`)
    }
  }
  return new Proxy(methods as Client, {
    get(target, name, receiver) {
      if (Reflect.has(target, name)) return Reflect.get(target, name, receiver) as unknown
      // a stub is awaited, printed and compared like any object
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name === 'close') return undefined
      return () => {
        throw new Error(`nobody answers for ${name}() of this stub`)
      }
    },
  })
}
