/**
 * Which references point nowhere?
 *
 * Source: sample data: customers 1–10, products 1–7 and fifteen orders, some of which name a customer or product that is
 * not there. An orphan is a key that no row of the other set has; every orphan is listed, and nothing is dropped.
 */
import { flow } from 'd2flow'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const Row = z.object({ id: z.int() })
const Order = Row.extend({ customerId: z.int(), productId: z.int() })

const rowsUpTo = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }))

const SAMPLE = {
  customers: rowsUpTo(10),
  products: rowsUpTo(7),
  orders: rowsUpTo(15).map(({ id: i }) => ({
    id: i,
    customerId: i > 10 ? 99 : i,
    productId: i > 12 ? 50 : (i % 7) + 1,
  })),
}

export const crossDatasetValidation = flow({
  name: 'cross-dataset-validation',
  params: z.object({
    data: z
      .object({ customers: z.array(Row), products: z.array(Row), orders: z.array(Order) })
      .nullable()
      .default(null)
      .describe('the three data sets; null is sample data'),
  }),
  async run({ data }, ctx) {
    const { customers, products, orders } = data ?? SAMPLE
    const orphans = [...orphansOf(orders, 'customerId', customers), ...orphansOf(orders, 'productId', products)]

    const broken = new Set(orphans.map(({ orderId }) => orderId))
    const count = (reference: string) => orphans.filter((orphan) => orphan.reference === reference).length
    await publishReport(ctx, {
      key: 'cross-dataset-validation',
      title: 'References that point nowhere',
      sample: data === null,
      rows: orphans,
      paragraphs: [
        orphans.length === 0
          ? `**Every reference** of ${orders.length} orders leads to a row.`
          : `**${broken.size} of ${orders.length} orders** point nowhere: ${count('customerId')} to a customer and ${count('productId')} to a product that is not there.`,
        `Compared with ${customers.length} customers and ${products.length} products.`,
      ],
    })
    if (orphans.length > 0) ctx.warn(`${orphans.length} references point nowhere`)
    return {
      orphans,
      customerOrphans: count('customerId'),
      productOrphans: count('productId'),
      validOrders: orders.length - broken.size,
    }
  },
})

function orphansOf(
  orders: readonly z.output<typeof Order>[],
  reference: 'customerId' | 'productId',
  parents: readonly z.output<typeof Row>[],
) {
  const known = new Set(parents.map(({ id }) => id))
  return orders
    .filter((order) => !known.has(order[reference]))
    .map((order) => ({ orderId: order.id, reference, key: order[reference] }))
}
