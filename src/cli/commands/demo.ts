/**
 * `d2flow demo`: everything once, for real, on this machine: a sandbox country, the bundled flows, a file with bad rows
 * pushed by the scheduler and pushed again, the message to Slack, and a report of it all.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { systemClock } from '../../base/clock.ts'
import { formatDuration, SECOND } from '../../base/duration.ts'
import { UsageError } from '../../base/errors.ts'
import { createLog } from '../../base/log.ts'
import { newKeyText } from '../../base/secret.ts'
import { isTerminal } from '../../model/state.ts'
import type { Artifact } from '../../model/artifact.ts'
import type { Project } from '../../project/open-project.ts'
import { gatherRun, runFlowByName, type RunReport } from '../../project/run-flow-by-name.ts'
import { artifactSection, writePage } from '../../project/run-report.ts'
import { serve } from '../../project/serve.ts'
import { formatCell, formatNumber } from '../../render/format.ts'
import { toneOf, type Report, type ReportSection } from '../../render/report.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { progressLine } from '../progress-line.ts'

export interface DemoOptions {
  readonly dhis2: '2.42' | '2.43'
  readonly out: string
}

/** What a push leaves behind, as its flow returns it. */
interface PushResult {
  readonly counts: Readonly<Record<'created' | 'updated' | 'unchanged' | 'refused' | 'unknown', number>>
}

export async function demo(invocation: Invocation, { dhis2, out }: DemoOptions): Promise<number> {
  const { output, cwd } = invocation
  const folder = resolve(cwd, out)
  await refuseOthersFolder(folder, out)
  const [{ startSandbox, demoCsv }, { openProject }, { bundled }, { demoPush }] = await Promise.all([
    import('../../sandbox/index.ts'),
    import('../../project/open-project.ts'),
    import('../../../flows/index.ts'),
    import('../../../deployments/demo/deploy.ts'),
  ])
  const startedMs = systemClock.monotonicMs()
  output.note(`a country with 1,332 organisation units is being made, behind a DHIS2 ${dhis2} on this machine`)
  const sandbox = await startSandbox({ dhis2 })
  const file = join(folder, 'values.csv')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(file, demoCsv())

  const project = await openProject({
    folder,
    definition: { deployments: [demoPush(file)] },
    bundled,
    // a key of its own: the demo leaves nothing in anybody's configuration folder
    settings: { ...invocation.settings, key: newKeyText() },
    store: 'sqlite:demo.db',
  })
  try {
    await saveConnections(project, sandbox.blocks)
    const reports: RunReport[] = []
    for (const [flow, parameters] of FLOWS) reports.push(await runHere(invocation, project, flow, parameters))
    reports.push(await runScheduled(invocation, project))
    output.note('the same file once more: nothing in it should be new')
    reports.push(await runHere(invocation, project, 'dhis2-data-value-push', { file, instance: 'demo' }))

    const messages = await sandbox.messages()
    const slack = messages.slack.map(({ text }) => text ?? '')
    const path = await writePage(join(folder, 'report.html'), page({ dhis2, reports, slack, at: systemClock.now() }))
    const tookMs = systemClock.monotonicMs() - startedMs

    output.print(textTable(reports.map(summaryRow), { cellWidth: 40 }))
    output.print(`\nrefused, with the reason\n${textTable(refusedRows(reports), { cellWidth: 72 })}`)
    output.print(`\nsent to Slack\n${slack.join('\n\n')}`)
    output.print(`\nthe report: ${path}\n(${formatDuration(tookMs)}; everything it made is in ${folder})`)
    output.document({ runs: reports.map(summaryRow), refused: refusedRows(reports), slack, report: path, tookMs })
    return reports.every(({ run }) => run.state.type === 'completed') && slack.length > 0 ? EXIT.done : EXIT.runFailed
  } finally {
    await project.close()
    await sandbox.stop()
  }
}

/** The demo begins with an empty folder: it may empty one that it made, and no other. */
async function refuseOthersFolder(folder: string, named: string): Promise<void> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new UsageError('cli/usage', `"${named}" is not a folder`, { hint: 'name a new folder', cause: error })
  })
  const strange = present.find((name) => !MADE_BY_DEMO.test(name))
  if (strange === undefined) return
  throw new UsageError('cli/usage', `the folder "${named}" holds "${strange}", which is not of a demo`, {
    hint: 'name a new folder, or an empty one: the demo removes what is in it',
  })
}

/** The store with what lies beside it, the folders of runs, the file that is pushed, and the report. */
const MADE_BY_DEMO = /^(demo\.db(-[a-z]+)?|work|values\.csv|report\.html)$/

const FLOWS: readonly (readonly [flow: string, parameters: Readonly<Record<string, unknown>>])[] = [
  ['dhis2-org-units', { instance: 'demo' }],
  ['dhis2-indicators', { instance: 'demo' }],
  ['air-quality-index', { data: 'live', connection: 'demo' }],
]

async function saveConnections(
  project: Project,
  blocks: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<void> {
  for (const [type, values] of Object.entries(blocks))
    await project.blocks.save(await project.blockType(type), 'demo', values)
}

async function runHere(
  { output, signal }: Invocation,
  project: Project,
  flow: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<RunReport> {
  const report = await runFlowByName(project, flow, parameters, {
    signal,
    onLog: ({ level, message }) => output.log(level, message),
    onProgress: (progress) => output.progress(progressLine(progress)),
  })
  output.progress(null)
  output.note(`${flow}: ${report.run.state.name}`)
  return report
}

/** The longest the scheduler may take for a run that falls due every second and takes two. */
const PATIENCE_MS = 120 * SECOND

/** Serves the deployment until its first run has ended and Slack knows. */
async function runScheduled({ output, signal }: Invocation, project: Project): Promise<RunReport> {
  output.note('the push is left to the scheduler: due within a second')
  const enough = new AbortController()
  const patience = AbortSignal.timeout(PATIENCE_MS)
  let ended: string | null = null
  await serve({
    project,
    clock: systemClock,
    log: createLog((level, message) => output.log(level, message)),
    signal: AbortSignal.any([enough.signal, signal, patience]),
    atOnce: 1,
    host: { onLog: ({ level, message }) => output.log(level, message) },
    onRunEnd: (run) => {
      ended ??= run.id
      enough.abort()
    },
  })
  const run = ended === null ? null : await project.store.runs.get(ended)
  if (run === null || !isTerminal(run.state)) {
    throw new UsageError('cli/usage', 'the demo was stopped before its scheduled run had ended', {
      hint: 'run it again: d2flow demo',
    })
  }
  return await gatherRun(project, run)
}

function countsOf({ result }: RunReport): PushResult['counts'] | null {
  const counts = (result as Partial<PushResult> | null | undefined)?.counts
  return counts ?? null
}

function summaryRow(report: RunReport) {
  const counts = countsOf(report)
  return {
    flow: report.run.flowName,
    run: report.run.name,
    state: report.run.state.name,
    created: counts?.created ?? null,
    updated: counts?.updated ?? null,
    unchanged: counts?.unchanged ?? null,
    refused: counts?.refused ?? null,
  }
}

/** The refused rows of the first push, from the table that its run published. */
function refusedRows(reports: readonly RunReport[]): readonly Readonly<Record<string, unknown>>[] {
  const tables = reports.flatMap(({ artifacts }) =>
    artifacts.filter(({ key }) => key === 'dhis2-data-value-push-refused'),
  )
  const [first] = tables
  return first?.content.kind === 'table' ? first.content.rows : []
}

interface PageFacts {
  readonly dhis2: string
  readonly reports: readonly RunReport[]
  readonly slack: readonly string[]
  readonly at: Date
}

function page({ dhis2, reports, slack, at }: PageFacts): Report {
  const pushes = reports.map(countsOf).filter((counts) => counts !== null)
  const sum = (member: keyof PushResult['counts']) => pushes.reduce((total, counts) => total + counts[member], 0)
  const failed = reports.filter(({ run }) => run.state.type !== 'completed').length
  return {
    title: 'What became of every row',
    lead: `Five runs against a synthetic country on DHIS2 ${dhis2}: ${formatNumber(sum('created'), 0)} values were stored, and each of the ${formatNumber(pushes[0]?.refused ?? 0, 0)} refused rows has its reason.`,
    generatedAt: at.toISOString(),
    facts: [
      { label: 'runs', value: formatNumber(reports.length, 0), tone: failed === 0 ? 'good' : 'bad' },
      { label: 'stored', value: formatNumber(sum('created') + sum('updated'), 0), tone: 'good' },
      { label: 'unchanged when pushed again', value: formatNumber(sum('unchanged'), 0) },
      { label: 'refused', value: formatNumber(pushes[0]?.refused ?? 0, 0), tone: 'bad' },
      { label: 'unknown', value: formatNumber(sum('unknown'), 0), tone: sum('unknown') === 0 ? 'neutral' : 'warning' },
    ],
    sections: [
      { kind: 'table', title: 'Runs', rows: reports.map(summaryRow), badges: ['state'] },
      ...reports.toSorted((a, b) => Number(countsOf(b) !== null) - Number(countsOf(a) !== null)).flatMap(sectionsOf),
      { kind: 'code', title: 'Sent to Slack', text: slack.join('\n\n') },
    ],
    provenance: [
      { label: 'data', value: 'synthetic: a country that does not exist, made from a fixed random start' },
      {
        label: 'server',
        value: `a fake of DHIS2 ${dhis2} on this machine, which answers as recorded servers answered`,
      },
      { label: 'air quality', value: 'a fake of Open-Meteo; index by US EPA, 40 CFR 58 Appendix G, 2024' },
    ],
  }
}

/** The second push publishes the same tables as the first: its row in the table of runs says enough. */
function sectionsOf(report: RunReport, at: number, all: readonly RunReport[]): ReportSection[] {
  const seen = all.slice(0, at).some(({ run }) => run.flowName === report.run.flowName)
  if (seen) return []
  return [...barsOf(report.artifacts), ...report.artifacts.filter(isShown).map(artifactSection)]
}

/** Tables that are drawn as bars. */
const DRAWN = new Set<string | null>(['dhis2-org-units', 'dhis2-indicators'])

function isShown({ key, content }: Artifact): boolean {
  return !DRAWN.has(key) && content.kind !== 'progress' && !(content.kind === 'table' && content.totalRows > 60)
}

/** A table of two columns, a word and a number, is easier to see than to read. */
function barsOf(artifacts: readonly Artifact[]): ReportSection[] {
  const complexity = artifacts.find(({ key }) => key === 'dhis2-indicators')
  const levels = artifacts.find(({ key }) => key === 'dhis2-org-units')
  const sections: ReportSection[] = []
  if (levels?.content.kind === 'table') {
    const bars = levels.content.rows.map((row) => ({
      label: `level ${formatCell(row['level'])}`,
      value: Number(row['units']),
    }))
    sections.push({ kind: 'bars', title: 'Organisation units by level', unit: 'units', bars })
  }
  if (complexity?.content.kind === 'table') {
    const bars = complexity.content.rows.map((row) => {
      const label = formatCell(row['complexity'])
      return { label, value: Number(row['indicators']), tone: toneOf(label) }
    })
    sections.push({ kind: 'bars', title: 'Indicators by complexity', unit: 'indicators', bars })
  }
  return sections
}
