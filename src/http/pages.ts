/**
 * Rows of an answer that comes in pages, one page at a time: the next page is asked for when the reader wants it,
 * so that a reader who stops early costs nothing more.
 */

export interface Page<Row, Cursor> {
  readonly rows: readonly Row[]
  /** What to ask for next; undefined at the end. */
  readonly next: Cursor | undefined
}

export async function* pages<Row, Cursor>(
  first: Cursor,
  fetchPage: (cursor: Cursor) => Promise<Page<Row, Cursor>>,
): AsyncGenerator<Row> {
  let cursor: Cursor | undefined = first
  while (cursor !== undefined) {
    const page: Page<Row, Cursor> = await fetchPage(cursor)
    yield* page.rows
    cursor = page.next
  }
}
