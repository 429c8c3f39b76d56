/** Lengths beside each other: which is the largest, and by how much. */
import { formatNumber } from '../format.ts'
import { AXIS, COLOURS, draw, LABEL, roomFor, SOFT, WITHIN, type ChartText } from './draw.ts'

export interface Bar {
  readonly label: string
  /** Null is drawn as the words "not reported", never as a bar of length 0. */
  readonly value: number | null
  /** "#rrggbb"; without one all bars are alike. */
  readonly colour?: string | undefined
}

export interface BarChartOptions extends ChartText {
  /** From the top down, in the order given. */
  readonly bars: readonly Bar[]
  readonly unit?: string
  readonly decimals?: number
  /** Lines across all bars: limits, averages. */
  readonly levels?: readonly { readonly label: string; readonly value: number }[]
}

const BAR_HEIGHT = 28
/** More would be a wall of bars; the note says how many are left out. */
const SHOWN_AT_MOST = 40

/** @returns the picture as SVG text, for `image(key, svg)` */
export async function barChart(options: BarChartOptions): Promise<string> {
  const { bars, unit, decimals = 2, levels = [] } = options
  const shown = bars.slice(0, SHOWN_AT_MOST)
  const left = bars.length - shown.length
  const text: ChartText =
    left === 0 ? options : { ...options, note: [`${left} more are not drawn.`, options.note].filter(Boolean).join(' ') }
  const room = roomFor(text)
  const axisHeight = 24 + (unit === undefined ? 0 : 18)
  const levelHeight = levels.length === 0 ? 0 : 20
  return await draw(text, room.top + levelHeight + Math.max(1, shown.length) * BAR_HEIGHT + axisHeight + room.bottom, {
    grid: {
      left: 28,
      right: 72,
      top: room.top + levelHeight,
      bottom: room.bottom + axisHeight - 24,
      ...WITHIN,
    },
    xAxis: {
      ...AXIS,
      type: 'value',
      ...(unit === undefined ? {} : { name: unit, nameLocation: 'middle', nameGap: 28 }),
    },
    yAxis: {
      ...AXIS,
      type: 'category',
      inverse: true,
      data: shown.map(({ label }) => label),
      axisTick: { show: false },
      axisLabel: { ...AXIS.axisLabel, width: 180, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        barWidth: 18,
        z: 2,
        data: shown.map(({ value, colour }) => ({
          value: value ?? 0,
          itemStyle: { color: colour ?? COLOURS[0], borderRadius: 2 },
          label: {
            ...LABEL,
            show: true,
            backgroundColor: '#ffffff',
            padding: [2, 3],
            distance: 3,
            position: value !== null && value < 0 ? 'left' : 'right',
            formatter: value === null ? 'not reported' : formatNumber(value, decimals),
            ...(value === null ? { color: SOFT, fontStyle: 'italic' } : {}),
          },
        })),
        ...(levels.length === 0
          ? {}
          : {
              markLine: {
                symbol: 'none',
                // behind the bars, or it would run through the figures beside them
                z: 1,
                lineStyle: { color: '#d55e00', type: 'dashed', width: 1.5 },
                data: levels.map(({ label, value }) => ({
                  xAxis: value,
                  label: { ...LABEL, formatter: label, position: 'start', color: '#a3410a' },
                })),
              },
            }),
      },
    ],
  })
}
