/** A figure of the World Bank as people write it: by its unit, never by its size. */
import { formatNumber } from 'd2flow/render'

/**
 * US dollars get a sign, and B or M from 1e9 or 1e6; percentages (codes that end in .ZS) a percent sign; people are whole;
 * everything else has one decimal. Null is "N/A".
 *
 * @example formatFigure('NY.GDP.MKTP.CD', 163_698_000_000) // "$163.7B"
 */
export function formatFigure(indicator: string, value: number | null): string {
  if (value === null) return 'N/A'
  if (indicator.endsWith('.CD')) return dollars(value)
  if (indicator.endsWith('.ZS')) return `${formatNumber(value, 1)}%`
  return formatNumber(value, indicator.startsWith('SP.POP.TOTL') ? 0 : 1)
}

function dollars(value: number): string {
  if (Math.abs(value) >= 1e9) return `$${formatNumber(value / 1e9, 1)}B`
  if (Math.abs(value) >= 1e6) return `$${formatNumber(value / 1e6, 1)}M`
  return `$${formatNumber(value, 1)}`
}
