/** A number for every pair of rows and columns: a correlation matrix, stations by days. */
import { formatNumber } from '../format.ts'
import { AXIS, draw, roomFor, WITHIN, type ChartText } from './draw.ts'

export interface MatrixChartOptions extends ChartText {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** `values[row][column]`; null is left white. */
  readonly values: readonly (readonly (number | null)[])[]
  readonly decimals?: number
  /**
   * `diverging`: blue below 0, white at 0, orange above, the same depth on both sides; `sequential`: from light to dark.
   * Default sequential.
   */
  readonly colours?: 'sequential' | 'diverging'
  /** The ends of the colours. Default: of the values. */
  readonly bounds?: { readonly min: number; readonly max: number }
}

const CELL_HEIGHT = 34

/** @returns the picture as SVG text, for `image(key, svg)` */
export async function matrixChart(options: MatrixChartOptions): Promise<string> {
  const { rows, columns, values, decimals = 2, colours = 'sequential' } = options
  const present = values.flat().filter((value) => value !== null)
  const { min, max } = options.bounds ?? boundsOf(present, colours)
  const room = roomFor(options)
  const cells = rows.flatMap((_, row) =>
    columns.map((_, column) => [column, row, values[row]?.[column] ?? null] as const),
  )
  return await draw(options, room.top + rows.length * CELL_HEIGHT + 76 + room.bottom, {
    grid: { left: 16, right: 24, top: room.top + 24, bottom: room.bottom + 44, ...WITHIN },
    xAxis: {
      ...AXIS,
      type: 'category',
      position: 'top',
      data: [...columns],
      axisTick: { show: false },
      axisLabel: { ...AXIS.axisLabel, interval: 0, width: 110, overflow: 'truncate' },
    },
    yAxis: {
      ...AXIS,
      type: 'category',
      inverse: true,
      data: [...rows],
      axisTick: { show: false },
      axisLabel: { ...AXIS.axisLabel, width: 160, overflow: 'truncate' },
    },
    visualMap: {
      min,
      max,
      orient: 'horizontal',
      left: 16,
      bottom: room.bottom - 4,
      itemWidth: 14,
      itemHeight: 160,
      text: [formatNumber(max, decimals), formatNumber(min, decimals)],
      textStyle: AXIS.axisLabel,
      inRange: {
        color: colours === 'diverging' ? ['#2166ac', '#f7f7f7', '#b35806'] : ['#e8f3f0', '#5fae9c', '#0c6b58'],
      },
      calculable: false,
    },
    series: [
      {
        type: 'heatmap',
        itemStyle: { borderColor: '#ffffff', borderWidth: 2 },
        data: cells.map(([column, row, value]) => ({
          value: [column, row, value ?? '-'],
          label: {
            show: true,
            fontSize: 12,
            formatter: formatNumber(value, decimals),
            color: value !== null && isDark(value, { min, max }, colours) ? '#ffffff' : '#1d2a26',
          },
        })),
      },
    ],
  })
}

/** Colours that part at 0 have equal ends, so that white is no correlation. */
function boundsOf(values: readonly number[], colours: 'sequential' | 'diverging'): { min: number; max: number } {
  if (values.length === 0) return { min: 0, max: 1 }
  const [min, max] = [Math.min(...values), Math.max(...values)]
  if (colours === 'sequential') return min === max ? { min: min - 1, max: max + 1 } : { min, max }
  const end = Math.max(Math.abs(min), Math.abs(max)) || 1
  return { min: -end, max: end }
}

function isDark(value: number, { min, max }: { min: number; max: number }, colours: 'sequential' | 'diverging') {
  const share = (value - min) / (max - min)
  return colours === 'diverging' ? Math.abs(share - 0.5) > 0.35 : share > 0.6
}
