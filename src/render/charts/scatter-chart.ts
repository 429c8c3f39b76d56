/** Two measures of the same things against each other, with the line that was fitted to them. */
import { AXIS, COLOURS, draw, LABEL, roomFor, WITHIN, type ChartText } from './draw.ts'

export interface ScatterChartOptions extends ChartText {
  /** A point with a missing measure is not drawn: say in the note how many there are. */
  readonly points: readonly {
    readonly x: number | null
    readonly y: number | null
    /** Written beside the point; leave it out where it would cover others. */
    readonly label?: string | undefined
    readonly colour?: string | undefined
  }[]
  readonly xName: string
  readonly yName: string
  /** A logarithmic axis takes only values above 0. */
  readonly xScale?: 'linear' | 'log'
  /** Points of the fitted line, in order of x. */
  readonly fitted?: readonly { readonly x: number; readonly y: number }[]
}

/** @returns the picture as SVG text, for `image(key, svg)` */
export async function scatterChart(options: ScatterChartOptions): Promise<string> {
  const { points, xName, yName, xScale = 'linear', fitted = [] } = options
  const room = roomFor(options)
  const drawn = points.filter(({ x, y }) => x !== null && y !== null && (xScale === 'linear' || x > 0))
  // a name above the first point would stand on the axis
  const lowest = drawn.reduce<number | null>((least, { x }) => (least === null || (x ?? 0) < least ? x : least), null)
  return await draw(options, room.top + 360 + 60 + room.bottom, {
    grid: { left: 40, right: 60, top: room.top + 20, bottom: room.bottom + 34, ...WITHIN },
    xAxis: {
      ...AXIS,
      type: xScale === 'log' ? 'log' : 'value',
      scale: true,
      name: xName,
      nameLocation: 'middle',
      nameGap: 30,
    },
    yAxis: { ...AXIS, type: 'value', scale: true, name: yName, nameLocation: 'middle', nameGap: 46 },
    series: [
      {
        type: 'scatter',
        symbolSize: drawn.length > 200 ? 5 : 10,
        data: drawn.map(({ x, y, label, colour }) => ({
          value: [x, y],
          itemStyle: { color: colour ?? COLOURS[0], opacity: 0.85 },
          ...(label === undefined
            ? {}
            : { label: { ...LABEL, show: true, position: x === lowest ? 'right' : 'top', formatter: label } }),
        })),
        labelLayout: { hideOverlap: true },
      },
      {
        type: 'line',
        symbol: 'none',
        silent: true,
        data: fitted.map(({ x, y }) => [x, y]),
        lineStyle: { color: '#d55e00', width: 2 },
      },
    ],
  })
}
