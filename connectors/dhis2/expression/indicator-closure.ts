/** What an indicator really reads: everything behind `N{…}`, however deep, and the circle if there is one. */
import type { Expression } from './expression.ts'
import { childrenOf } from './expression.ts'
import { parseExpression } from './parse-expression.ts'

export interface IndicatorExpressions {
  readonly numerator: string
  readonly denominator: string
}

export interface IndicatorClosure {
  /** Indicators reached, each once, in the order they are met. */
  readonly indicators: readonly string[]
  /** Indicators that are named but not known. */
  readonly unknown: readonly string[]
  /** Indicators whose expressions do not parse. */
  readonly invalid: readonly string[]
  /** Program indicators read, each once. */
  readonly programIndicators: readonly string[]
  /** References to data if every `N{…}` were written out, repeats counted; `null` when there is a circle. */
  readonly operands: number | null
  /** The circle, its first indicator repeated at the end: `['a', 'b', 'a']`. The server refuses it with E7116. */
  readonly cycle: readonly string[] | null
}

/** What one indicator adds: what it reads itself, and what it names. */
interface Reading {
  readonly operands: number
  readonly nested: readonly string[]
}

/**
 * Follows the indicators inside an indicator to the end.
 *
 * @param find what an indicator is made of, or `undefined` when nobody knows it
 */
export function indicatorClosure(id: string, find: (id: string) => IndicatorExpressions | undefined): IndicatorClosure {
  const unknown = new Set<string>()
  const invalid = new Set<string>()
  const programIndicators = new Set<string>()
  const readings = new Map<string, Reading>()
  const totals = new Map<string, number>()
  const path: string[] = []
  let cycle: readonly string[] | null = null

  // By hand instead of by calls: a chain of indicators may be longer than the stack
  const pending: { readonly id: string; readonly leave: boolean }[] = [{ id, leave: false }]
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    if (step.leave) {
      path.pop()
      totals.set(step.id, totalOf(readings.get(step.id), totals))
      continue
    }
    if (path.includes(step.id)) {
      cycle ??= [...path.slice(path.indexOf(step.id)), step.id]
      continue
    }
    if (totals.has(step.id)) continue
    const reading = read(step.id)
    readings.set(step.id, reading)
    path.push(step.id)
    pending.push({ id: step.id, leave: true })
    for (const nested of reading.nested.toReversed()) pending.push({ id: nested, leave: false })
  }

  return {
    indicators: [...readings.keys()].filter((one) => one !== id && !unknown.has(one)),
    unknown: [...unknown],
    invalid: [...invalid],
    programIndicators: [...programIndicators],
    operands: cycle === null ? (totals.get(id) ?? 0) : null,
    cycle,
  }

  function read(indicator: string): Reading {
    const expressions = find(indicator)
    if (expressions === undefined) {
      unknown.add(indicator)
      return { operands: 0, nested: [] }
    }
    const nested: string[] = []
    let operands = 0
    const visit = (node: Expression): void => {
      if (node.kind === 'item') {
        const [itemId = ''] = node.parts
        if (node.type === 'N') nested.push(itemId)
        else operands += 1
        if (node.type === 'I') programIndicators.add(itemId)
      }
      for (const child of childrenOf(node)) visit(child)
    }
    for (const text of [expressions.numerator, expressions.denominator]) {
      const parsed = parseExpression(text, 'indicator')
      if (parsed.ok) visit(parsed.tree)
      else invalid.add(indicator)
    }
    return { operands, nested }
  }
}

function totalOf(reading: Reading | undefined, totals: ReadonlyMap<string, number>): number {
  if (reading === undefined) return 0
  return reading.nested.reduce((total, nested) => total + (totals.get(nested) ?? 0), reading.operands)
}
