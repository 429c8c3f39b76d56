/**
 * What if an operation is asked for twice?
 *
 * Source: sample data: six operations, two of which are asked for again, one of them with its inputs in another order.
 * An operation is known by the hash of its name and inputs. The second time its stored result is given and nothing is
 * executed. The results are kept in a file, so that a run that goes on after a crash knows them, too.
 */
import { flow, task } from 'd2flow'
import { openOperations } from 'd2flow/patterns'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const Operation = z.discriminatedUnion('name', [
  z.object({ name: z.literal('transform'), inputs: z.object({ value: z.number() }) }),
  z.object({ name: z.literal('aggregate'), inputs: z.object({ values: z.array(z.number()), unit: z.string() }) }),
  z.object({ name: z.literal('validate'), inputs: z.object({ rows: z.array(z.json()) }) }),
])

type Operation = z.output<typeof Operation>

const OPERATIONS: Operation[] = [
  { name: 'transform', inputs: { value: 42 } },
  { name: 'aggregate', inputs: { values: [1, 2, 3, 4], unit: 'doses' } },
  { name: 'validate', inputs: { rows: [{ id: 1 }] } },
  { name: 'transform', inputs: { value: 42 } },
  { name: 'aggregate', inputs: { unit: 'doses', values: [1, 2, 3, 4] } },
  { name: 'validate', inputs: { rows: [] } },
]

const performAll = task({
  name: 'perform-all',
  async run({ path, operations }: { path: string; operations: readonly Operation[] }) {
    const ledger = await openOperations(path)
    const rows: { name: string; id: string; executed: boolean; result: number | boolean }[] = []
    for (const operation of operations) {
      const { id, result, executed } = await ledger.perform(operation.name, operation.inputs, () => resultOf(operation))
      rows.push({ name: operation.name, id, executed, result })
    }
    return rows
  },
})

export const idempotentOperations = flow({
  name: 'idempotent-operations',
  params: z.object({
    operations: z.array(Operation).default(OPERATIONS).describe('what is asked for, in this order'),
    ledger: z
      .string()
      .nullable()
      .default(null)
      .describe('file of earlier results; null is one in the folder of the run'),
  }),
  async run({ operations, ledger }, ctx) {
    const rows = await performAll({ path: ledger ?? join(ctx.workDir, 'operations.json'), operations })

    const executed = rows.filter((row) => row.executed).length
    await publishReport(ctx, {
      key: 'idempotent-operations',
      title: 'Operations, and which of them were executed',
      sample: true,
      rows,
      paragraphs: [
        `**${executed} of ${rows.length} operations** were executed; ${rows.length - executed} had been done before and gave their stored result.`,
      ],
    })
    return { operations: rows, executed, repeated: rows.length - executed }
  },
})

/** Doubles, sums, or says whether there is anything. */
function resultOf(operation: Operation): number | boolean {
  switch (operation.name) {
    case 'transform':
      return 2 * operation.inputs.value
    case 'aggregate':
      return operation.inputs.values.reduce((sum, value) => sum + value, 0)
    case 'validate':
      return operation.inputs.rows.length > 0
  }
}
