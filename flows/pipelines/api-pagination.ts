/**
 * How is a paged service read to the end?
 *
 * Source: sample data: a made-up service of 45 rows that gives ten at a time.
 * Pages are asked for one after another until the service has no more, and the number of rows is compared with the total it
 * names. The rows are then worked on in chunks, whose size has nothing to do with that of the pages. A service without
 * rows is an empty list and not an error.
 */
import { HttpError, flow, task } from 'd2flow'
import { roundTo } from 'd2flow/analysis'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

interface Row {
  readonly id: number
  readonly value: number
}

interface Page {
  readonly rows: readonly Row[]
  readonly total: number
  readonly hasNext: boolean
}

const fetchPage = task({
  name: 'fetch-page',
  retry: { attempts: 3, delaysMs: [2_000, 5_000] },
  run: ({ page, pageSize, total }: { page: number; pageSize: number; total: number }) =>
    sampleService(page, pageSize, total),
})

export const apiPagination = flow({
  name: 'api-pagination',
  params: z.object({
    total: z.int().min(0).default(45).describe('rows of the made-up service'),
    pageSize: z.int().min(1).default(10).describe('rows on each page'),
    chunkSize: z.int().min(1).default(15).describe('rows worked on at a time'),
  }),
  async run({ total, pageSize, chunkSize }, ctx) {
    const rows: Row[] = []
    let pages = 0
    for (let hasNext = true; hasNext;) {
      const answer = await fetchPage({ page: pages + 1, pageSize, total })
      rows.push(...answer.rows)
      pages += 1
      hasNext = answer.hasNext
      ctx.progress(rows.length, answer.total, 'rows')
      if (!hasNext && rows.length !== answer.total) {
        throw new HttpError('http/shape', `the service names ${answer.total} rows and gave ${rows.length}`, {
          hint: 'run it again when nobody is changing the data',
        })
      }
    }

    const chunks = Array.from({ length: Math.ceil(rows.length / chunkSize) }, (_, index) => {
      const chunk = rows.slice(index * chunkSize, (index + 1) * chunkSize)
      const sum = roundTo(
        chunk.reduce((each, { value }) => each + value, 0),
        1,
      )
      return { chunk: index + 1, rows: chunk.length, sum }
    })
    const sum = roundTo(
      chunks.reduce((each, chunk) => each + chunk.sum, 0),
      1,
    )
    await publishReport(ctx, {
      key: 'api-pagination',
      title: 'Rows of the paged service, by chunk',
      sample: true,
      rows: chunks,
      paragraphs: [
        `**${rows.length} rows** came on ${pages} pages and were worked on in ${chunks.length} chunks; their values sum to ${sum}.`,
        'None is missing: the count is that which the service names.',
      ],
    })
    return { rows: rows.length, pages, chunks, sum }
  },
})

function sampleService(page: number, pageSize: number, total: number): Page {
  const start = (page - 1) * pageSize
  const rows = Array.from({ length: Math.max(0, Math.min(pageSize, total - start)) }, (_, index) => ({
    id: start + index,
    value: 2.5 * (start + index),
  }))
  return { rows, total, hasNext: start + pageSize < total }
}
