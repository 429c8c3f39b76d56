import { writeCsv } from 'd2flow/files'
import { incrementalProcessing } from 'd2flow/flows/pipelines/incremental-processing'
import { runFlow } from 'd2flow/testing'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ownFolder } from '../../patterns/folder.ts'

async function folderOf(...names: string[]) {
  const folder = await ownFolder()
  for (const name of names) await writeCsv(join(folder, name), [{ id: 1 }, { id: 2 }, { id: 3 }])
  return folder
}

it('finds three new files of five rows in its sample', async () => {
  const { result } = await runFlow(incrementalProcessing, {})

  expect(result).toEqual({ new: 3, skipped: 0, failed: [], records: 15, totalProcessed: 3 })
})

it('F183 processes nothing the second time', async () => {
  const folder = await folderOf('a.csv', 'b.csv', 'c.csv', 'd.csv')

  const first = await runFlow(incrementalProcessing, { folder })
  const second = await runFlow(incrementalProcessing, { folder })

  expect(first.result).toMatchObject({ new: 4, records: 12, skipped: 0 })
  expect(second.result).toMatchObject({ new: 0, records: 0, skipped: 4 })
})

it('F182 processes the one that was added', async () => {
  const folder = await folderOf('a.csv', 'b.csv')
  await runFlow(incrementalProcessing, { folder })
  await writeCsv(join(folder, 'c.csv'), [{ id: 1 }])

  expect((await runFlow(incrementalProcessing, { folder })).result).toMatchObject({ new: 1, records: 1, skipped: 2 })
})

it('F184 does not remember a file that failed, says so, and tries it again', async () => {
  const folder = await folderOf('a.csv')
  await writeFile(join(folder, 'b.csv'), 'id,name\n1,x\n2')

  const broken = await runFlow(incrementalProcessing, { folder })
  await writeFile(join(folder, 'b.csv'), 'id,name\n1,x\n2,y\n')
  const mended = await runFlow(incrementalProcessing, { folder })

  expect(broken.result).toMatchObject({ new: 1, failed: ['b.csv'], totalProcessed: 1 })
  expect(broken.state.name).toBe('CompletedWithErrors')
  expect(mended.result).toMatchObject({ new: 1, records: 2, failed: [], totalProcessed: 2 })
})

it('fails over a damaged manifest, for what was processed is not known', async () => {
  const folder = await folderOf('a.csv')
  await writeFile(join(folder, 'manifest.json'), '{')

  const { run } = await runFlow(incrementalProcessing, { folder })

  expect(run.failure).toMatchObject({ code: 'data/file', hint: expect.stringContaining('move it away') })
})
