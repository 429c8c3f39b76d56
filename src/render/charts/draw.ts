/**
 * The one place where pictures are drawn: ECharts writing SVG text, without a screen, a canvas or an animation.
 *
 * Loaded when the first chart is drawn, because importing it takes most of a second. Everything that charts of ours
 * share stands here: letters, colours, room for the title and for the sentence under it.
 */
import type { EChartsCoreOption, init } from 'echarts/core'
import { escape } from '../html-report.ts'

/** Distinct for readers who cannot tell red from green. @see Okabe and Ito 2008, "Color Universal Design" */
export const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#7a6a00', '#000000'] as const

export const INK = '#1d2a26'
export const SOFT = '#5c6b66'
const LINE = '#dfe5e1'
/** Without quotation marks: the library writes it as it is into an attribute that is in quotation marks. */
const FONT = 'system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif'
/** The box of a chart holds the words of its axes too. */
export const WITHIN = { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' } as const

/** What every chart may say beside its values. */
export interface ChartText {
  readonly title: string
  /** One line under the title: what was measured, where, when. */
  readonly subtitle?: string | undefined
  /** At the foot, on as many lines as it takes: what was missing, and the source. */
  readonly note?: string | undefined
}

export const WIDTH = 760
const TITLE_HEIGHT = 34
const LINE_HEIGHT = 22
const NOTE_LINE_HEIGHT = 15
/** About as many letters of a note as fit beside each other. */
const NOTE_LETTERS = 120

/** Pixels above and below the drawing that the texts take. */
export function roomFor({ subtitle, note }: ChartText): { readonly top: number; readonly bottom: number } {
  return {
    top: TITLE_HEIGHT + (subtitle === undefined ? 0 : LINE_HEIGHT) + 12,
    bottom: (note === undefined ? 0 : noteLines(note).length * NOTE_LINE_HEIGHT + 7) + 14,
  }
}

/** A note, cut between words. */
export function noteLines(note: string): string[] {
  const lines: string[] = []
  for (const word of note.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > NOTE_LETTERS) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** Where the line at `at` of a note stands: the top of its letters, in pixels. */
export function noteTop(height: number, lines: number, at: number = 0): number {
  return height - 11 - (lines - at) * NOTE_LINE_HEIGHT
}

export const AXIS = {
  axisLine: { lineStyle: { color: SOFT } },
  axisLabel: { color: INK, fontFamily: FONT, fontSize: 12 },
  nameTextStyle: { color: SOFT, fontFamily: FONT, fontSize: 12 },
  splitLine: { lineStyle: { color: LINE } },
} as const

export const LABEL = { color: INK, fontFamily: FONT, fontSize: 12 } as const

/** @param option what ECharts draws between the texts; the same option always gives the same picture */
export async function draw(text: ChartText, height: number, option: EChartsCoreOption): Promise<string> {
  const { init: start } = await library()
  const chart = start(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      color: [...COLOURS],
      textStyle: { fontFamily: FONT },
      ...option,
      title: titles(text, height),
    })
    return named(still(chart.renderToSVGString()), text.title)
  } finally {
    // an instance that is left keeps a timer, and with it the process
    chart.dispose()
  }
}

function titles({ title, subtitle, note }: ChartText, height: number): readonly object[] {
  return [
    {
      text: title,
      ...(subtitle === undefined ? {} : { subtext: subtitle }),
      left: 16,
      top: 10,
      itemGap: 6,
      textStyle: { color: INK, fontFamily: FONT, fontSize: 16, width: WIDTH - 32, overflow: 'truncate' },
      subtextStyle: { color: SOFT, fontFamily: FONT, fontSize: 13, width: WIDTH - 32, overflow: 'truncate' },
    },
    ...(note === undefined
      ? []
      : [
          {
            text: noteLines(note).join('\n'),
            left: 16,
            top: noteTop(height, noteLines(note).length),
            textStyle: {
              color: SOFT,
              fontFamily: FONT,
              fontSize: 11,
              fontWeight: 'normal',
              lineHeight: NOTE_LINE_HEIGHT,
              width: WIDTH - 32,
              overflow: 'truncate',
            },
          },
        ]),
  ]
}

/**
 * Without what only a living page needs: styles for a pointer above the picture, and numbers that count all pictures of
 * the process and would make each drawing of the same values another text.
 */
function still(svg: string): string {
  return svg
    .replace(/<style ?>[\s\S]*?<\/style>/, '')
    .replaceAll(/ class="zr[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, 'zr-')
}

/** For readers who hear the picture: its title, as the picture's name. */
function named(svg: string, title: string): string {
  return svg.replace('<svg ', `<svg role="img" aria-label="${escape(title)}" `)
}

interface Library {
  readonly init: typeof init
}

let loaded: Promise<Library> | undefined

function library(): Promise<Library> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Library> {
  const [core, charts, components, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  core.use([
    charts.BarChart,
    charts.CustomChart,
    charts.HeatmapChart,
    charts.LineChart,
    charts.ScatterChart,
    components.GridComponent,
    components.LegendComponent,
    components.MarkAreaComponent,
    components.MarkLineComponent,
    components.TitleComponent,
    components.VisualMapComponent,
    SVGRenderer,
  ])
  return core
}
