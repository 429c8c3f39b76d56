/**
 * What can be counted in a text that is no expression: its words, outside braces, quotes and comments.
 *
 * An item counts when there is something between its braces, whatever it is.
 */
import { canonicalNumber } from './exact-number.ts'
import type { Counts } from './expression-metrics.ts'
import type { BinaryOperator, Item, UnaryOperator } from './expression.ts'
import { RANK } from './expression.ts'
import { literalOf, textOf } from './text-literal.ts'
import type { Token } from './tokens.ts'
import { tokenise } from './tokens.ts'

export function roughCounts(text: string): Counts {
  const items: Item[] = []
  const literals: string[] = []
  const binary: BinaryOperator[] = []
  const unary: UnaryOperator[] = []
  const functions: string[] = []
  const modifiers: string[] = []
  let open = 0
  let nesting = 0

  let before: Token | undefined
  for (const token of tokenise(text, { lenient: true })) {
    switch (token.is) {
      case 'item':
        if (token.text !== '') items.push({ kind: 'item', type: token.type, parts: token.text.split('.') })
        break
      case 'number':
        literals.push(canonicalNumber(token.text))
        break
      case 'text':
        literals.push(literalOf(textOf(token.text), "'"))
        break
      case 'word':
      case 'uid':
        if (token.text !== 'in') literals.push(token.text)
        break
      case 'call':
        functions.push(token.text)
        open += 1
        break
      case 'modifier':
        modifiers.push(token.text)
        break
      case 'symbol':
        if (token.text === '(') open += 1
        else if (token.text === ')') open = Math.max(0, open - 1)
        else if (isSign(token.text) && !endsOperand(before)) unary.push(token.text)
        else if (Object.hasOwn(RANK, token.text)) binary.push(token.text as BinaryOperator)
        break
      default:
        break
    }
    nesting = Math.max(nesting, open)
    before = token
  }
  const nodes = items.length + literals.length + binary.length + unary.length + functions.length
  return { items, literals, binary, unary, functions, modifiers, nodes, depth: 0, nesting }
}

function isSign(symbol: string): symbol is UnaryOperator {
  return symbol === '+' || symbol === '-' || symbol === '!'
}

/** A sign after an operand has two sides, else one. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false
  return token.is === 'symbol' ? token.text === ')' : token.is !== 'call'
}
