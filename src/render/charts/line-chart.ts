/** Values over time or over any ordered positions: how something went. */
import { AXIS, draw, LABEL, roomFor, WITHIN, type ChartText } from './draw.ts'

export interface Line {
  readonly label: string
  /** One for each position; null breaks the line, because a gap is a gap. */
  readonly values: readonly (number | null)[]
  readonly colour?: string | undefined
  readonly dashed?: boolean | undefined
}

export interface LineChartOptions extends ChartText {
  /** Periods, days, hours: as they are written under the chart. */
  readonly positions: readonly string[]
  readonly lines: readonly Line[]
  readonly unit?: string
  /** Zero is in sight unless the values lie far from it and `fromZero` is false. Default true. */
  readonly fromZero?: boolean
  readonly levels?: readonly { readonly label: string; readonly value: number }[]
  /** Positions to mark, with a word for each: an outbreak, an outlier. */
  readonly marks?: readonly { readonly position: string; readonly value: number; readonly label: string }[]
}

/** With more points than this a dot for each would hide the line. */
const DOTS_AT_MOST = 60

/** @returns the picture as SVG text, for `image(key, svg)` */
export async function lineChart(options: LineChartOptions): Promise<string> {
  const { positions, lines, unit, fromZero = true, levels = [], marks = [] } = options
  const room = roomFor(options)
  const legend = lines.length > 1 ? 26 : 0
  const top = room.top + legend + (unit === undefined ? 0 : 18)
  return await draw(options, top + 280 + 36 + room.bottom, {
    grid: { left: 16, right: levels.length > 0 ? 110 : 32, top, bottom: room.bottom + 12, ...WITHIN },
    ...(legend === 0
      ? {}
      : {
          legend: {
            top: room.top - 6,
            left: 16,
            icon: 'roundRect',
            textStyle: LABEL,
            data: lines.map(({ label }) => label),
          },
        }),
    xAxis: { ...AXIS, type: 'category', boundaryGap: false, data: [...positions], splitLine: { show: false } },
    yAxis: {
      ...AXIS,
      type: 'value',
      scale: !fromZero,
      ...(unit === undefined
        ? {}
        : { name: unit, nameLocation: 'end', nameTextStyle: { ...AXIS.nameTextStyle, align: 'left' } }),
    },
    series: lines
      .map(({ label, values, colour, dashed = false }, at) => ({
        name: label,
        type: 'line',
        connectNulls: false,
        // a value between two gaps has no line to be seen by
        symbol: 'circle',
        symbolSize: positions.length > DOTS_AT_MOST ? 2 : 5,
        data: [...values],
        lineStyle: { width: 2, ...(dashed ? { type: 'dashed' } : {}) },
        ...(colour === undefined ? {} : { color: colour }),
        ...(at > 0 || levels.length === 0
          ? {}
          : {
              markLine: {
                symbol: 'none',
                lineStyle: { color: '#d55e00', type: 'dashed', width: 1.5 },
                data: levels.map(({ label: name, value }) => ({
                  yAxis: value,
                  label: { ...LABEL, formatter: name, position: 'end', color: '#a3410a' },
                })),
              },
            }),
      }))
      .concat(marks.length === 0 ? [] : [marksOf(marks) as never]),
  })
}

function marksOf(marks: NonNullable<LineChartOptions['marks']>): object {
  return {
    type: 'scatter',
    symbol: 'diamond',
    symbolSize: 12,
    color: '#d55e00',
    z: 5,
    data: marks.map(({ position, value, label }) => ({
      value: [position, value],
      label: { ...LABEL, show: true, position: 'top', formatter: label, color: '#a3410a' },
    })),
  }
}
