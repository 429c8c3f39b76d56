/** The page of one run: what it was asked, how it ended, and everything it published. */
import { formatDuration } from '../base/duration.ts'
import { writeAtomically } from '../files/atomic-write.ts'
import type { Artifact } from '../model/artifact.ts'
import type { TaskRun } from '../model/task-run.ts'
import { htmlReport } from '../render/html-report.ts'
import { toneOf, type Fact, type Report, type ReportSection } from '../render/report.ts'
import type { RunReport } from './run-flow-by-name.ts'

/** Writes a page and gives its path. @throws DataError `data/file` when it cannot be written; nothing half-written stays */
export async function writePage(path: string, report: Report): Promise<string> {
  return await writeAtomically(path, await htmlReport(report))
}

/** Writes the page of one run; `remark` is what a reader has to know of all its figures. */
export async function writeRunReport(path: string, report: RunReport, remark?: string): Promise<string> {
  return await writePage(path, runPage(report, remark))
}

/**
 * Whoever opens the page reads the answer first: the heading and the first sentence of the run's own summary, then its
 * pictures and tables, then the rest of what it says about them. A run that publishes no summary is told by its state.
 */
export function runPage({ run, artifacts, steps, failure }: RunReport, remark?: string): Report {
  const message = failure?.message ?? run.warning ?? run.state.message
  const isPlain = run.state.name === 'Completed'
  const summary = artifacts.find(({ key, content }) => key === `${run.flowName}-summary` && content.kind === 'markdown')
  const title = artifacts.find(({ key }) => key === run.flowName)?.description ?? run.flowName
  const [answer, ...rest] = summary?.content.kind === 'markdown' ? summary.content.text.split('\n\n') : []
  const lead = [isPlain ? (answer ?? message) : message, remark].filter((text) => text !== null && text !== undefined)
  return {
    title,
    ...(lead.length === 0 ? {} : { lead: withoutMarks(lead.join(' ')) }),
    generatedAt: run.endedAt ?? run.createdAt,
    facts: isPlain
      ? []
      : [
          {
            label: 'state',
            value: run.state.name,
            tone: run.state.type === 'completed' ? 'warning' : toneOf(run.state.type),
          },
        ],
    sections: [
      ...(isPlain || answer === undefined ? [] : [{ kind: 'text' as const, markdown: answer }]),
      ...artifacts
        .filter((artifact) => artifact !== summary)
        .toSorted((a, b) => Number(b.content.kind === 'image') - Number(a.content.kind === 'image'))
        .map((artifact) =>
          artifactSection(artifact.description === title ? { ...artifact, description: '' } : artifact),
        ),
      ...(rest.length === 0
        ? []
        : [{ kind: 'text' as const, title: 'About these figures', markdown: rest.join('\n\n') }]),
      ...stepsSection(steps),
    ],
    provenance: [
      { label: 'flow', value: run.flowName },
      { label: 'run', value: `${run.name} (${run.id})` },
      { label: 'state', value: run.state.name },
      ...tookFact(run.startedAt, run.endedAt),
      ...(run.deploymentName === null ? [] : [{ label: 'deployment', value: run.deploymentName }]),
      { label: 'due', value: run.dueAt },
      { label: 'parameters', value: JSON.stringify(run.parameters) },
      ...(run.fallbacks.length === 0 ? [] : [{ label: 'fallback connections', value: run.fallbacks.join(', ') }]),
    ],
  }
}

/** The lead of a page is plain text. */
function withoutMarks(markdown: string): string {
  return markdown.replace(/^#+ /, '').replaceAll('**', '')
}

/** An artifact as a section of a page. Members that hold a verdict (`state`, `outcome` …) are shown as badges. */
export function artifactSection({
  key,
  description,
  content,
}: Pick<Artifact, 'key' | 'description' | 'content'>): ReportSection {
  // an empty description: the page says it already
  const title = description === '' ? undefined : (description ?? key ?? content.kind)
  const named = title === undefined ? {} : { title }
  switch (content.kind) {
    case 'table':
      return {
        kind: 'table',
        ...named,
        rows: content.rows,
        columns: content.columns,
        totalRows: content.totalRows,
        badges: ['state', 'status', 'category', 'outcome', 'complexity', 'trend'],
      }
    case 'markdown':
      return { kind: 'text', markdown: content.text }
    case 'link':
      return { kind: 'link', url: content.url, label: content.label ?? content.url }
    case 'progress':
      return { kind: 'text', ...named, markdown: `${content.percent} %` }
    case 'image':
      return { kind: 'picture', ...named, svg: content.svg }
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
