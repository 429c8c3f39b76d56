/** Every item of an async iterable, in order. For results that are known to fit in memory. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(items)
}
