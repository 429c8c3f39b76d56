/** From a tree back to text. The text parses to the same tree, and printing it again gives the same text. */
import type { Expression } from './expression.ts'
import { RANK, UNARY_RANK } from './expression.ts'
import { itemText } from './read-item.ts'
import { literalOf } from './text-literal.ts'

/**
 * The expression as text, with one space around operators of two sides and after commas.
 *
 * Parentheses stand where the tree has a `group`, and where a tree that was built by hand would mean something else
 * without them.
 */
export function printExpression(tree: Expression): string {
  switch (tree.kind) {
    case 'number':
    case 'text':
      return tree.text
    case 'boolean':
      return String(tree.value)
    case 'null':
      return 'null'
    case 'uid':
      return tree.id
    case 'item':
      return itemText(tree.type, tree.parts.join('.'))
    case 'group':
      return `(${printExpression(tree.inner)})`
    case 'quoted':
      return literalOf(printExpression(tree.inner), tree.quote)
    case 'unary':
      return tree.operator + printWithin(tree.operand, UNARY_RANK)
    case 'modified':
      return (
        printWithin(tree.of, MODIFIED_RANK) +
        tree.modifiers.map(({ name, argument }) => `.${name}(${argument})`).join('')
      )
    case 'chain': {
      const rank = rankOf(tree)
      const links = tree.rest.map(({ operator, operand }, index) => {
        // A sign takes the power that follows it: only the last exponent may have one without parentheses
        const signed = operand.kind === 'unary' && index === tree.rest.length - 1
        return ` ${operator} ${signed ? printExpression(operand) : printWithin(operand, rank + 1)}`
      })
      return printWithin(tree.first, rank + 1) + links.join('')
    }
    default:
      return `${tree.name}(${printArguments(tree.name, tree.arguments.map(printExpression))})`
  }
}

const MODIFIED_RANK = 9
const LITERAL_RANK = 10

function printWithin(node: Expression, lowestRank: number): string {
  const text = printExpression(node)
  return rankOf(node) < lowestRank ? `(${text})` : text
}

function rankOf(node: Expression): number {
  if (node.kind === 'unary') return UNARY_RANK
  if (node.kind !== 'chain') return LITERAL_RANK
  const [head] = node.rest
  return head === undefined ? LITERAL_RANK : RANK[head.operator]
}

function printArguments(name: string, printed: readonly string[]): string {
  if (name !== 'is') return printed.join(', ')
  const [value = '', ...options] = printed
  return `${value} in ${options.join(', ')}`
}
