/**
 * One text for all expressions that mean the same but for their writing: order of sums, products, `&&` and `||`,
 * direction of comparisons, redundant parentheses, comments, white space, constants worked out or not.
 *
 * What is not free to change place keeps its place: `a - b` is not `b - a`, `a / b` is not `b / a`. The server's own check
 * for duplicates sorts the characters and takes both pairs for the same.
 */
import { DataError } from '../../../src/base/errors.ts'
import type { ExactNumber } from './exact-number.ts'
import { ONE, ZERO, exactNumber, isLong, power, printExact, product, quotient, remainder, sum } from './exact-number.ts'
import type { BinaryOperator, Call, Chain, Expression, Modified } from './expression.ts'
import { RANK, UNARY_RANK } from './expression.ts'
import type { ExpressionKind } from './expression-kind.ts'
import { parseExpression } from './parse-expression.ts'
import { itemText } from './read-item.ts'
import { literalOf, textOf } from './text-literal.ts'

/** A text, and how tightly its outermost operator binds. */
interface Form {
  readonly text: string
  readonly rank: number
}

/** coefficient · over[0] · over[1] … / under[0] / under[1] …; the order of the factors does not matter. */
interface Product {
  readonly coefficient: ExactNumber
  readonly over: readonly Form[]
  readonly under: readonly Form[]
}

/** A constant and products, signed by their coefficients; the order of the terms does not matter. */
interface Sum {
  readonly constant: ExactNumber
  readonly terms: readonly Product[]
}

const ATOM_RANK = 10
/** A remainder stands in parentheses wherever it is a term or a factor: a sign before it would change its meaning. */
const REMAINDER_RANK = 4.5
const MODIFIED_RANK = 9
const MINUS_ONE: ExactNumber = { over: -1n, under: 1n }

/**
 * The canonical text of an expression; itself an expression of the same meaning.
 *
 * @throws DataError `data/expression` for a text that is no expression of this kind, with the position in `details`
 * @example canonicalExpression('2 + #{abcdefghijk} * (1 + 1)', 'indicator') // '2 * #{abcdefghijk} + 2'
 */
export function canonicalExpression(expression: string | Expression, kind: ExpressionKind): string {
  if (typeof expression !== 'string') return formOf(expression).text
  const parsed = parseExpression(expression, kind)
  if (parsed.ok) return formOf(parsed.tree).text
  throw new DataError('data/expression', `no expression: ${parsed.message}, at position ${parsed.position}`, {
    hint: 'correct the expression; a DHIS2 server would not evaluate it',
    details: { expression, position: parsed.position },
  })
}

function formOf(node: Expression): Form {
  switch (node.kind) {
    case 'group':
      return formOf(node.inner)
    case 'item':
      return atom(itemText(node.type, node.parts.join('.')))
    case 'text':
      return atom(literalOf(textOf(node.text), "'"))
    case 'quoted':
      return atom(literalOf(formOf(node.inner).text, "'"))
    case 'boolean':
      return atom(String(node.value))
    case 'null':
      return atom('null')
    case 'uid':
      return atom(node.id)
    case 'call':
      return callForm(node)
    case 'modified':
      return modifiedForm(node)
    case 'number':
      return sumForm(sumOf(node))
    case 'unary':
      if (node.operator !== '!') return sumForm(sumOf(node))
      return { text: `!${wrapped(formOf(node.operand), UNARY_RANK)}`, rank: UNARY_RANK }
    default:
      return chainForm(node)
  }
}

function chainForm(chain: Chain): Form {
  const operator = operatorOf(chain)
  switch (operator) {
    case '&&':
    case '||':
      return commutativeForm(chain, operator)
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return comparisonForm(chain)
    case '^':
      return powerForm(chain)
    default:
      return sumForm(sumOf(chain))
  }
}

function commutativeForm(chain: Chain, operator: '&&' | '||'): Form {
  const rank = RANK[operator]
  const texts = flattened(chain, operator).map((operand) => wrapped(formOf(operand), rank + 1))
  return { text: texts.sort().join(` ${operator} `), rank }
}

function flattened(node: Expression, operator: '&&' | '||'): Expression[] {
  const plain = withoutGroup(node)
  if (plain.kind !== 'chain' || operatorOf(plain) !== operator) return [plain]
  return [plain.first, ...plain.rest.map(({ operand }) => operand)].flatMap((operand) => flattened(operand, operator))
}

function comparisonForm({ first, rest }: Chain): Form {
  return rest.reduce<Form>(
    (left, { operator, operand }) => comparedForm(left, operator, formOf(operand)),
    formOf(first),
  )
}

function comparedForm(left: Form, operator: BinaryOperator, right: Form): Form {
  const rank = RANK[operator]
  const sides: [string, string] = [wrapped(left, rank + 1), wrapped(right, rank + 1)]
  if (operator === '==' || operator === '!=') sides.sort()
  if (operator === '>' || operator === '>=') sides.reverse()
  const turned = { '>': '<', '>=': '<=' }[operator as string] ?? operator
  return { text: sides.join(` ${turned} `), rank }
}

function powerForm({ first, rest }: Chain): Form {
  const forms = [first, ...rest.map(({ operand }) => operand)]
  const exact = forms.map((operand) => constantOf(operand))
  const folded = exact.reduceRight((exponent, base) =>
    base === null || exponent === null ? null : power(base, exponent),
  )
  if (folded !== null && !isLong(folded)) return constantForm(folded)
  return { text: forms.map((operand) => wrapped(formOf(operand), MODIFIED_RANK)).join(' ^ '), rank: RANK['^'] }
}

function callForm(call: Call): Form {
  const [first = '', ...others] = call.arguments.map((argument) => formOf(argument).text)
  const given = call.name === 'is' ? `${first} in ${others.join(', ')}` : [first, ...others].join(', ')
  return atom(`${call.name}(${given})`)
}

function modifiedForm(node: Modified): Form {
  const modifiers = node.modifiers.map(({ name, argument }) => `.${name}(${argument.replace(/^\+|^-(?=0$)/, '')})`)
  return { text: wrapped(formOf(node.of), MODIFIED_RANK) + modifiers.join(''), rank: MODIFIED_RANK }
}

function sumOf(node: Expression): Sum {
  const plain = withoutGroup(node)
  if (plain.kind === 'unary' && plain.operator !== '!') {
    return plain.operator === '-' ? scaled(sumOf(plain.operand), MINUS_ONE) : sumOf(plain.operand)
  }
  if (plain.kind === 'chain' && RANK[operatorOf(plain)] === RANK['+']) {
    const signed = plain.rest.map(({ operator, operand }) =>
      operator === '-' ? scaled(sumOf(operand), MINUS_ONE) : sumOf(operand),
    )
    return added([sumOf(plain.first), ...signed])
  }
  return sumOfProduct(productOf(plain))
}

function added(sums: readonly Sum[]): Sum {
  let constant = ZERO
  const terms: Product[] = []
  for (const one of sums) {
    const together = sum(constant, one.constant)
    // Too long to be worked out: it stays a term of its own
    if (isLong(together)) terms.push({ coefficient: ONE, over: [constantForm(one.constant)], under: [] })
    else constant = together
    for (const term of one.terms) terms.push(term)
  }
  return { constant, terms }
}

function scaled({ constant, terms }: Sum, factor: ExactNumber): Sum {
  return {
    constant: product(constant, factor),
    terms: terms.map((term) => ({ ...term, coefficient: product(term.coefficient, factor) })),
  }
}

function sumOfProduct(term: Product): Sum {
  if (isConstant(term)) return { constant: term.coefficient, terms: [] }
  return { constant: ZERO, terms: [term] }
}

function productOf(node: Expression): Product {
  const plain = withoutGroup(node)
  if (plain.kind === 'number') {
    const exact = exactNumber(plain.text)
    return exact === null ? productOfForm(atom(plain.text.toLowerCase())) : { coefficient: exact, over: [], under: [] }
  }
  if (plain.kind === 'unary' && plain.operator !== '!') {
    const operand = productOf(plain.operand)
    return plain.operator === '+' ? operand : { ...operand, coefficient: product(operand.coefficient, MINUS_ONE) }
  }
  if (plain.kind !== 'chain') return productOfForm(formOf(plain))
  const rank = RANK[operatorOf(plain)]
  if (rank === RANK['+']) return productOfSum(sumOf(plain))
  if (rank === RANK['^']) {
    const folded = constantOf(plain)
    return folded === null ? productOfForm(formOf(plain)) : { coefficient: folded, over: [], under: [] }
  }
  if (rank !== RANK['*']) return productOfForm(formOf(plain))
  return multiplied(plain)
}

function multiplied({ first, rest }: Chain): Product {
  const start = productOf(first)
  let coefficient = start.coefficient
  let over = [...start.over]
  let under = [...start.under]
  for (const { operator, operand } of rest) {
    const by = productOf(operand)
    if (operator === '%') {
      const left = { coefficient, over, under }
      const folded = isConstant(left) && isConstant(by) ? remainder(coefficient, by.coefficient) : null
      const form: Form = {
        text: `${wrapped(productForm(left), RANK['*'])} % ${wrapped(productForm(by), RANK['*'] + 1)}`,
        rank: REMAINDER_RANK,
      }
      ;[coefficient, over, under] = folded === null ? [ONE, [form], []] : [folded, [], []]
      continue
    }
    const together = operator === '*' ? product(coefficient, by.coefficient) : quotient(coefficient, by.coefficient)
    if (together === null || isLong(together)) {
      // Division by zero, or too long to be worked out: it stays a factor of its own
      ;(operator === '*' ? over : under).push(productForm(by))
      continue
    }
    coefficient = together
    const plain: Product = { ...by, coefficient: ONE }
    if (operator === '*') {
      for (const factor of by.over) over.push(factor)
      for (const factor of by.under) under.push(factor)
    } else if (!isConstant(by)) under.push(productForm(plain))
  }
  return { coefficient, over, under }
}

function productOfForm(form: Form): Product {
  return { coefficient: ONE, over: [form], under: [] }
}

function productOfSum(terms: Sum): Product {
  const [only] = terms.terms
  if (only === undefined) return { coefficient: terms.constant, over: [], under: [] }
  const alone = terms.terms.length === 1 && terms.constant.over === 0n
  return alone ? only : productOfForm(sumForm(terms))
}

function sumForm({ constant, terms }: Sum): Form {
  const [only] = terms
  if (only === undefined) return constantForm(constant)
  if (terms.length === 1 && constant.over === 0n && only.coefficient.over >= 0n) return productForm(only)

  const positive: string[] = []
  const negative: string[] = []
  for (const term of terms) {
    const isNegative = term.coefficient.over < 0n
    const unsigned = { ...term, coefficient: isNegative ? product(term.coefficient, MINUS_ONE) : term.coefficient }
    ;(isNegative ? negative : positive).push(wrapped(productForm(unsigned), RANK['+'] + 1))
  }
  positive.sort()
  negative.sort()
  if (constant.over > 0n) positive.push(constantForm(constant).text)
  if (constant.over < 0n) negative.push(constantForm(product(constant, MINUS_ONE)).text)
  const text = [positive.join(' + '), ...negative].join(' - ')
  return { text: positive.length > 0 ? text : `-${negative.join(' - ')}`, rank: RANK['+'] }
}

function productForm({ coefficient, over, under }: Product): Form {
  const [only] = over
  const isOne = coefficient.over === 1n && coefficient.under === 1n
  if (only === undefined && under.length === 0) return constantForm(coefficient)
  if (only !== undefined && over.length === 1 && under.length === 0 && isOne) return only

  const above = over.map((factor) => wrapped(factor, RANK['*'] + 1)).sort()
  if (!isOne || above.length === 0) above.unshift(wrapped(constantForm(coefficient), RANK['*']))
  const below = under.map((factor) => wrapped(factor, RANK['*'] + 1)).sort()
  return { text: [above.join(' * '), ...below].join(' / '), rank: RANK['*'] }
}

function constantForm(constant: ExactNumber): Form {
  const text = printExact(constant)
  if (text.startsWith('-')) return { text, rank: RANK['+'] }
  return { text, rank: text.includes('/') ? RANK['*'] : ATOM_RANK }
}

function constantOf(node: Expression): ExactNumber | null {
  const plain = withoutGroup(node)
  if (plain.kind === 'chain' && operatorOf(plain) === '^') {
    return [plain.first, ...plain.rest.map(({ operand }) => operand)]
      .map((operand) => constantOf(operand))
      .reduceRight((exponent, base) => (base === null || exponent === null ? null : power(base, exponent)))
  }
  const isArithmetic = plain.kind === 'number' || plain.kind === 'unary' || plain.kind === 'chain'
  if (!isArithmetic) return null
  const { constant, terms } = sumOf(plain)
  return terms.length === 0 ? constant : null
}

function isConstant({ over, under }: Product): boolean {
  return over.length === 0 && under.length === 0
}

function operatorOf({ rest }: Chain): BinaryOperator {
  const [head] = rest
  if (head === undefined) throw new DataError('data/expression', 'a chain without operators is no expression')
  return head.operator
}

function withoutGroup(node: Expression): Exclude<Expression, { kind: 'group' }> {
  let plain = node
  while (plain.kind === 'group') plain = plain.inner
  return plain
}

function atom(text: string): Form {
  return { text, rank: ATOM_RANK }
}

function wrapped(form: Form, lowestRank: number): string {
  return form.rank < lowestRank ? `(${form.text})` : form.text
}
