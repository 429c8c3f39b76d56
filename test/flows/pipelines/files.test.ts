import { collect } from 'd2flow'
import { readRecords, writeCsv, writeJsonFile } from 'd2flow/files'
import { csvFileProcessing } from 'd2flow/flows/pipelines/csv-file-processing'
import { jsonEventIngestion } from 'd2flow/flows/pipelines/json-event-ingestion'
import { multiFileBatch } from 'd2flow/flows/pipelines/multi-file-batch'
import { productionPipelineV3 } from 'd2flow/flows/pipelines/production-pipeline-v3'
import { runFlow } from 'd2flow/testing'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../../patterns/folder.ts'

const fieldsOf = async (path: string) => (await collect(readRecords(path))).map(({ fields }) => fields)

describe('csv-file-processing', () => {
  it('writes names in upper case and scores up by a tenth, and sets aside what is no number', async () => {
    const folder = await ownFolder()

    const { result, state } = await runFlow(csvFileProcessing, { outputDir: folder })

    // by hand: 80 · 1.1, 91.5 · 1.1 = 100.65 → 100.6 (half to even), 64 · 1.1
    expect(await fieldsOf(result?.csvPath ?? '')).toEqual([
      { id: '1', name: 'ADA', score: '88' },
      { id: '2', name: 'BO, THE SECOND', score: '100.6' },
      { id: '3', name: 'CHIDI', score: '' },
      { id: '5', name: 'ESHE', score: '70.4' },
    ])
    expect(await fieldsOf(join(folder, 'rejected.csv'))).toEqual([
      { id: '4', name: 'dina', score: 'n/a', reason: 'Record 4: score "n/a" is no number' },
    ])
    expect(result).toMatchObject({ rows: 5, missing: 1 })
    expect(state.name).toBe('CompletedWithErrors')
  })

  it('reads a file of its caller, and then says nothing of sample data', async () => {
    const folder = await ownFolder()
    const file = await writeCsv(join(folder, 'own.csv'), [{ id: 7, name: 'x', score: 10 }])

    const { result, artifacts } = await runFlow(csvFileProcessing, { file, outputDir: folder })

    expect(result?.processed).toEqual([{ id: '7', name: 'X', score: 11 }])
    for (const { description } of artifacts) expect(description).not.toMatch(/sample/i)
  })

  it('names the columns that a file lacks', async () => {
    const file = await writeCsv(join(await ownFolder(), 'own.csv'), [{ id: 7, points: 10 }])

    const { run } = await runFlow(csvFileProcessing, { file })

    expect(run.failure).toMatchObject({ code: 'data/file', message: expect.stringContaining('lacks "name", "score"') })
  })
})

describe('json-event-ingestion', () => {
  it('flattens objects and lists with dots and positions, one object a line', async () => {
    const { result } = await runFlow(jsonEventIngestion, { outputDir: await ownFolder() })

    expect(await fieldsOf(result?.ndjsonPath ?? '')).toEqual([
      {
        id: 'e1',
        type: 'visit',
        'user.name': 'Ada',
        'user.roles.0': 'nurse',
        'user.roles.1': 'trainer',
        at: '2026-01-05T08:00:00Z',
      },
      {
        id: 'e2',
        type: 'referral',
        'user.name': 'Bo',
        'user.roles': [],
        at: '2026-01-05T09:30:00Z',
        'to.facility': 'B7',
      },
      { id: 'e3', type: 'visit', 'user.name': 'Chidi', 'user.roles.0': 'nurse', at: null },
    ])
    // by hand: 8 columns, 3 rows of 6, 6 and 5 cells
    expect(result).toMatchObject({ events: 3, absent: 24 - 17 })
  })

  it('refuses an event in which two values would get one name', async () => {
    const file = await writeJsonFile(join(await ownFolder(), 'events.json'), [{ 'a.b': 1, a: { b: 2 } }])

    const { run } = await runFlow(jsonEventIngestion, { file })

    expect(run.failure).toMatchObject({ code: 'data/value', message: expect.stringContaining('"a.b"') })
  })
})

describe('multi-file-batch', () => {
  it('F162 makes one record shape of several kinds of file, and keeps each record once', async () => {
    const { result, state } = await runFlow(multiFileBatch, {})

    expect(result).toMatchObject({ files: 4, duplicates: 2, missing: 2, skipped: 1 })
    expect(result?.records).toEqual([
      { id: '1', name: 'Ada', value: 10.5 },
      { id: '2', name: 'Bo', value: 20 },
      { id: '3', name: 'Chidi', value: null },
      { id: '4', name: 'Dina', value: 0 },
      { id: '5', name: 'Eshe', value: null },
    ])
    expect(state.message).toContain('d-notes.xml')
  })

  it('finds duplicates by the fields it is told, in any order', async () => {
    const folder = await ownFolder()
    await writeCsv(join(folder, 'a.csv'), [
      { id: 1, name: 'Ada', value: 1 },
      { id: 1, name: 'Ada', value: 2 },
    ])
    const count = async (keyFields: string[]) =>
      (await runFlow(multiFileBatch, { folder, keyFields })).result?.duplicates

    expect(await count(['id', 'name'])).toBe(1)
    expect(await count(['value', 'id', 'name'])).toBe(0)
  })

  it('fails over a file that is damaged instead of leaving it out', async () => {
    const folder = await ownFolder()
    await writeFile(join(folder, 'a.json'), '[{"id":1},')

    const { state } = await runFlow(multiFileBatch, { folder })

    expect(state).toMatchObject({ type: 'failed', message: expect.stringContaining('a.json') })
  })
})

describe('production-pipeline-v3', () => {
  it('reads 26 rows, writes 25 and says how good they were', async () => {
    const folder = await ownFolder()

    const { result, artifacts } = await runFlow(productionPipelineV3, { outputDir: folder })

    // by hand: 25 of 26 ids are distinct, the other three rules hold: (3 + 25/26) / 4 = 0.9904
    expect(result).toMatchObject({ read: 26, written: 25, duplicates: 1, missing: 0, score: 0.9904, grade: 'green' })
    expect(await fieldsOf(join(folder, 'output.csv'))).toHaveLength(25)
    expect(artifacts.map(({ key }) => key)).toContain('production-pipeline-v3')
  })

  it('keeps a row without a value, without a tier', async () => {
    const folder = await ownFolder()
    const file = await writeCsv(join(folder, 'own.csv'), [
      { id: 1, name: 'a', value: 'unknown', category: 'A' },
      { id: 2, name: 'b', value: 150, category: 'A' },
    ])

    const { result } = await runFlow(productionPipelineV3, { file, outputDir: folder })

    expect(result).toMatchObject({ written: 2, missing: 1 })
    expect((await fieldsOf(join(folder, 'output.csv'))).map(({ tier }) => tier)).toEqual(['', 'high'])
  })
})
