/** The page of one run: what it was asked, how it ended, and everything it published. */
import { formatDuration } from '../base/duration.ts'
import { writeAtomically } from '../files/atomic-write.ts'
import type { Artifact } from '../model/artifact.ts'
import type { TaskRun } from '../model/task-run.ts'
import { formatNumber } from '../render/format.ts'
import { htmlReport } from '../render/html-report.ts'
import { toneOf, type Fact, type Report, type ReportSection } from '../render/report.ts'
import type { RunReport } from './run-flow-by-name.ts'

/** Writes a page and gives its path. @throws DataError `data/file` when it cannot be written; nothing half-written stays */
export async function writePage(path: string, report: Report): Promise<string> {
  return await writeAtomically(path, await htmlReport(report))
}

/** Writes the page of one run. */
export async function writeRunReport(path: string, report: RunReport): Promise<string> {
  return await writePage(path, runPage(report))
}

export function runPage({ run, artifacts, steps, failure }: RunReport): Report {
  const message = failure?.message ?? run.warning ?? run.state.message
  return {
    title: run.flowName,
    ...(message === null ? {} : { lead: message }),
    generatedAt: run.endedAt ?? run.createdAt,
    facts: [
      {
        label: 'state',
        value: run.state.name,
        tone: run.state.name === 'CompletedWithErrors' ? 'warning' : toneOf(run.state.type),
      },
      ...tookFact(run.startedAt, run.endedAt),
      { label: 'steps', value: formatNumber(steps.length, 0) },
    ],
    sections: [...artifacts.map(artifactSection), ...stepsSection(steps)],
    provenance: [
      { label: 'run', value: `${run.name} (${run.id})` },
      ...(run.deploymentName === null ? [] : [{ label: 'deployment', value: run.deploymentName }]),
      { label: 'due', value: run.dueAt },
      { label: 'parameters', value: JSON.stringify(run.parameters) },
      ...(run.fallbacks.length === 0 ? [] : [{ label: 'fallback connections', value: run.fallbacks.join(', ') }]),
    ],
  }
}

/** An artifact as a section of a page. Members named `state`, `category`, `outcome`, `complexity` are shown as badges. */
export function artifactSection({
  key,
  description,
  content,
}: Pick<Artifact, 'key' | 'description' | 'content'>): ReportSection {
  const title = description ?? key ?? content.kind
  switch (content.kind) {
    case 'table':
      return {
        kind: 'table',
        title,
        rows: content.rows,
        columns: content.columns,
        totalRows: content.totalRows,
        badges: ['state', 'category', 'outcome', 'complexity'],
      }
    case 'markdown':
      return { kind: 'text', markdown: content.text }
    case 'link':
      return { kind: 'link', url: content.url, label: content.label ?? content.url }
    case 'progress':
      return { kind: 'text', title, markdown: `${content.percent} %` }
    case 'image':
      return { kind: 'picture', title, svg: content.svg }
  }
}

/** What each task did, and what the first of its steps that failed said. */
function stepsSection(steps: readonly TaskRun[]): ReportSection[] {
  if (steps.length === 0) return []
  const rows = [...Map.groupBy(steps, ({ taskName }) => taskName)].map(([task, of]) => {
    const broken = of.find(({ state }) => state.type === 'failed' || state.type === 'crashed')
    const moments = of.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).filter((at) => at !== null)
    const [first = null, last = null] = [moments.toSorted()[0], moments.toSorted().at(-1)]
    return {
      task,
      steps: of.length,
      completed: of.filter(({ state }) => state.type === 'completed').length,
      failed: of.filter(({ state }) => state.type === 'failed' || state.type === 'crashed').length,
      took: first === null || last === null ? null : formatDuration(Date.parse(last) - Date.parse(first)),
      message: broken?.state.message ?? null,
    }
  })
  return [{ kind: 'table', title: 'What it did', rows }]
}

function tookFact(startedAt: string | null, endedAt: string | null): Fact[] {
  return startedAt === null || endedAt === null
    ? []
    : [{ label: 'took', value: formatDuration(Date.parse(endedAt) - Date.parse(startedAt)) }]
}
