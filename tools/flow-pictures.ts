/**
 * What the bundled flows draw, each run with its defaults on a clock that stands still: sample data, or a fake of the
 * World Bank and never the real one. The same code gives the same bytes.
 */
import type { Flow } from 'd2flow'
import { worldBankHandlers } from 'd2flow/fixtures/world-bank'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shelves } from '../flows/index.ts'

const FLOWS = join(import.meta.dirname, '..', 'flows')

/** Its upload needs an object store, and its picture says no more than its table. */
const WITHOUT: ReadonlySet<string> = new Set(['s3-parquet-export'])

export interface FlowPicture {
  readonly svg: string
  /** The answer that stands above it in the report. */
  readonly answer: string
}

/**
 * By the name of the flow; flows that draw nothing are not in it.
 *
 * @throws Error for a flow that does not complete, or that draws and publishes no picture
 */
export async function flowPictures(): Promise<ReadonlyMap<string, FlowPicture>> {
  const network = mockNetwork(...worldBankHandlers().handlers)
  network.enable()
  try {
    const pictures = new Map<string, FlowPicture>()
    for (const [shelf, flows] of Object.entries(shelves)) {
      for (const { name, load } of flows) {
        if (draws(shelf, name)) pictures.set(name, await pictureOf(name, (await load()) as unknown as AnyRun))
      }
    }
    return pictures
  } finally {
    network.disable()
  }
}

function draws(shelf: string, name: string): boolean {
  return !WITHOUT.has(name) && /\w+Chart\(/.test(readFileSync(join(FLOWS, shelf, `${name}.ts`), 'utf8'))
}

/** A flow of which no more is known than that it can be run. */
type AnyRun = Flow<unknown, unknown>

async function pictureOf(name: string, flow: AnyRun): Promise<FlowPicture> {
  const { state, artifacts } = await runFlow(flow, {}, { dueAt: '2026-01-01T00:00:00Z' })
  const picture = artifacts.find(({ key }) => key === `${name}-chart`)?.content
  const summary = artifacts.find(({ key }) => key === `${name}-summary`)?.content
  if (picture?.kind !== 'image' || summary?.kind !== 'markdown') {
    throw new Error(`${name} ended ${state.name} without its picture: ${state.message ?? ''}`)
  }
  return { svg: `${picture.svg.trim()}\n`, answer: summary.text.split('\n\n')[0] ?? '' }
}
