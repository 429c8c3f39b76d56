/**
 * From the text of a DHIS2 expression to its tree: a Pratt parser that knows which kind of expression it reads.
 *
 * The grammar is the server's (dhis2-antlr-expression-parser, `Expression.g4`). Every verdict agrees with those of
 * DHIS2 2.42.4 and 2.43.1, recorded for 142 expressions at seven endpoints.
 */
import { parseIsoDay } from '../periods/calendar-day.ts'
import type { ExpressionKind, Signature } from './expression-kind.ts'
import { ALL_FUNCTIONS, CONTEXTS } from './expression-kind.ts'
import type { BinaryOperator, Chain, ChainLink, Expression, Item, Modifier, UnaryOperator } from './expression.ts'
import { RANK, UNARY_RANK } from './expression.ts'
import { checkResult } from './check-result.ts'
import type { ItemTypeLookup } from './check-result.ts'
import { readItem } from './read-item.ts'
import { Refusal } from './refusal.ts'
import { textOf } from './text-literal.ts'
import type { Token } from './tokens.ts'
import { tokenise } from './tokens.ts'

export type ParsedExpression =
  | { readonly ok: true; readonly tree: Expression }
  | {
      readonly ok: false
      readonly message: string
      /** Characters before the place that makes no sense, counted from 0 in UTF-16 units; the length at the end. */
      readonly position: number
    }

export interface ParseOptions {
  /**
   * What an item holds, for those who have the metadata: then unknown items and misplaced texts are refused as the
   * server refuses them. Without it every item of the right form is taken for one that exists and fits.
   */
  readonly typeOf?: ItemTypeLookup
}

/** Deeper than people write, and far from the depth at which a tree could no longer be walked. */
export const DEEPEST_NESTING = 200

const AGGREGATION_TYPES: ReadonlySet<string> = new Set([
  'SUM',
  'AVERAGE',
  'AVERAGE_SUM_ORG_UNIT',
  'LAST',
  'LAST_AVERAGE_ORG_UNIT',
  'LAST_LAST_ORG_UNIT',
  'LAST_IN_PERIOD',
  'LAST_IN_PERIOD_AVERAGE_ORG_UNIT',
  'FIRST',
  'FIRST_AVERAGE_ORG_UNIT',
  'FIRST_FIRST_ORG_UNIT',
  'MAX_SUM_ORG_UNIT',
  'MIN_SUM_ORG_UNIT',
  'COUNT',
  'STDDEV',
  'VARIANCE',
  'MIN',
  'MAX',
  'NONE',
  'CUSTOM',
  'DEFAULT',
])

/**
 * Reads an expression of a kind. Any text gives an answer: a tree, or why there is none and where.
 *
 * @example parseExpression('1 +', 'indicator') // { ok: false, message: 'something is missing at the end', position: 3 }
 */
export function parseExpression(text: string, kind: ExpressionKind, options: ParseOptions = {}): ParsedExpression {
  try {
    const reader = new ExpressionReader(text, kind)
    const tree = reader.readAll()
    checkResult(tree, kind, { positions: reader.positions, ...options })
    return { ok: true, tree }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message, position: error.position }
    throw error
  }
}

/** Holds the place in the text while it is read once from left to right. */
class ExpressionReader {
  /** Where each node begins, for whoever finds fault with it later. */
  readonly positions: WeakMap<Expression, number>
  readonly #kind: ExpressionKind
  readonly #tokens: readonly Token[]
  readonly #offset: number
  #next = 0
  #nesting: number

  constructor(text: string, kind: ExpressionKind, within?: { reader: ExpressionReader; offset: number }) {
    this.#kind = kind
    this.#offset = within?.offset ?? 0
    this.positions = within?.reader.positions ?? new WeakMap()
    this.#nesting = within === undefined ? 0 : within.reader.#nesting
    try {
      this.#tokens = tokenise(text)
    } catch (error) {
      throw error instanceof Refusal ? new Refusal(error.message, error.position + this.#offset) : error
    }
  }

  readAll(): Expression {
    if (this.#tokens.length === 1) throw this.#refusal('the expression is empty', this.#peek())
    const tree = this.#expression(0)
    const token = this.#peek()
    if (token.is !== 'end') throw this.#refusal(`an operator is missing before ${quoted(token)}`, token)
    return tree
  }

  /** As much as operators of at least this rank hold together. */
  #expression(lowestRank: number): Expression {
    const start = this.#peek()
    let left = this.#operand()
    for (let rank = this.#rank(); rank !== null && rank >= lowestRank; rank = this.#rank()) {
      left = this.#chain(left, rank, start)
    }
    return left
  }

  #chain(first: Expression, rank: number, start: Token): Chain {
    const rest: ChainLink[] = []
    while (this.#rank() === rank) {
      const operator = this.#take().text as BinaryOperator
      rest.push({ operator, operand: this.#expression(rank + 1) })
    }
    return this.#at(start, { kind: 'chain', first, rest })
  }

  #operand(): Expression {
    const start = this.#peek()
    const operand = this.#plainOperand()
    const modifiers: Modifier[] = []
    for (let token = this.#peek(); token.is === 'modifier'; token = this.#peek()) modifiers.push(this.#modifier(token))
    if (modifiers.length === 0) return operand
    if (operand.kind !== 'item' && operand.kind !== 'group' && operand.kind !== 'call') {
      throw this.#refusal('only an item, a call or parentheses can be modified', start)
    }
    return this.#at(start, { kind: 'modified', of: operand, modifiers })
  }

  #plainOperand(): Expression {
    const token = this.#take()
    switch (token.is) {
      case 'number':
        return this.#at(token, { kind: 'number', text: token.text })
      case 'text':
        return this.#at(token, { kind: 'text', text: token.text })
      case 'word':
        if (token.text === 'in') break
        if (token.text === 'null') return this.#at(token, { kind: 'null' })
        return this.#at(token, { kind: 'boolean', value: token.text === 'true' })
      case 'item':
        return this.#item(token)
      case 'call':
        return this.#nested(token, () => this.#call(token))
      case 'symbol':
        if (token.text === '(') return this.#nested(token, () => this.#group(token))
        if (token.text === '-' || token.text === '+' || token.text === '!') {
          const operator: UnaryOperator = token.text
          return this.#nested(token, () =>
            this.#at(token, { kind: 'unary', operator, operand: this.#expression(UNARY_RANK) }),
          )
        }
        break
      case 'end':
        throw this.#refusal('something is missing at the end', token)
      default:
        break
    }
    throw this.#refusal(`${quoted(token)} cannot stand here`, token)
  }

  #group(start: Token): Expression {
    const inner = this.#expression(0)
    this.#expect(')', 'the parenthesis is not closed')
    return this.#at(start, { kind: 'group', inner })
  }

  #item(token: Token & { is: 'item' }): Item {
    const item = readItem(token.type, token.text, this.#kind)
    if (typeof item === 'string') throw this.#refusal(item, token)
    return this.#at(token, item)
  }

  #call(token: Token): Expression {
    const name = token.text
    const { functions, called } = CONTEXTS[this.#kind]
    const signature = functions.get(name)
    if (signature === undefined) {
      const known = ALL_FUNCTIONS.has(name)
      throw this.#refusal(known ? `"${name}" cannot stand in ${called}` : `there is no function "${name}"`, token)
    }
    const given = name === 'is' ? this.#membership() : this.#arguments(signature)
    this.#expect(')', `"${name}" is not closed with ")"`)
    if (given.length < signature.fewest || given.length > signature.most) {
      throw this.#refusal(`"${name}" takes ${spoken(signature)}, not ${given.length}`, token)
    }
    return this.#at(token, { kind: 'call', name, arguments: given })
  }

  #arguments({ forms }: Signature): Expression[] {
    const given: Expression[] = []
    if (this.#isNext(')')) return given
    do {
      const form = forms[Math.min(given.length, forms.length - 1)] ?? 'expression'
      given.push(this.#argument(form))
    } while (this.#skip(','))
    return given
  }

  #membership(): Expression[] {
    const given = [this.#expression(0)]
    const token = this.#peek()
    if (token.is !== 'word' || token.text !== 'in') throw this.#refusal('"is" looks as is(x in a, b)', token)
    do {
      this.#take()
      given.push(this.#expression(0))
    } while (this.#isNext(','))
    return given
  }

  #argument(form: Signature['forms'][number]): Expression {
    const token = this.#peek()
    switch (form) {
      case 'expression':
        return this.#expression(0)
      case 'item':
        if (token.is !== 'item') throw this.#refusal('an item must stand here', token)
        this.#take()
        return this.#item(token)
      case 'uid':
        if (token.is !== 'uid') throw this.#refusal('a UID of 11 characters must stand here', token)
        this.#take()
        return this.#at(token, { kind: 'uid', id: token.text })
      default:
        if (token.is !== 'text') throw this.#refusal('a text in quotes must stand here', token)
        this.#take()
        return this.#textArgument(form, token)
    }
  }

  #textArgument(form: 'condition' | 'comparison' | 'quoted-uid', token: Token): Expression {
    const content = textOf(token.text)
    if (form === 'condition') {
      const inner = this.#nested(token, () => this.#within(content, token, 0).readAll())
      return this.#at(token, { kind: 'quoted', quote: token.text.startsWith('"') ? '"' : "'", inner })
    }
    if (form === 'quoted-uid' && !/^[A-Za-z][A-Za-z0-9]{10}$/.test(content)) {
      throw this.#refusal('a UID of 11 characters in quotes must stand here', token)
    }
    // As the server tries it: with a 0 on its left side
    if (form === 'comparison') this.#nested(token, () => this.#within(`0 ${content}`, token, -2).readAll())
    return this.#at(token, { kind: 'text', text: token.text })
  }

  #within(content: string, token: Token, shift: number): ExpressionReader {
    return new ExpressionReader(content, this.#kind, { reader: this, offset: this.#offset + token.at + 1 + shift })
  }

  #modifier(token: Token & { is: 'modifier' }): Modifier {
    const { text: name, argument } = token
    const { modifiers, called } = CONTEXTS[this.#kind]
    if (!modifiers.has(name)) throw this.#refusal(`".${name}" cannot stand in ${called}`, token)
    const expected = missingArgument(name, argument)
    if (expected !== null) throw this.#refusal(`".${name}" takes ${expected}, not "${argument}"`, token)
    this.#take()
    return { name, argument }
  }

  #nested<Result>(token: Token, read: () => Result): Result {
    if (this.#nesting >= DEEPEST_NESTING) {
      throw this.#refusal(`nested more than ${DEEPEST_NESTING} deep`, token)
    }
    this.#nesting += 1
    const result = read()
    this.#nesting -= 1
    return result
  }

  #rank(): number | null {
    const token = this.#peek()
    return token.is === 'symbol' && Object.hasOwn(RANK, token.text) ? RANK[token.text as BinaryOperator] : null
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { is: 'end', text: '', at: 0 }
  }

  #take(): Token {
    const token = this.#peek()
    if (token.is !== 'end') this.#next += 1
    return token
  }

  #isNext(symbol: string): boolean {
    const token = this.#peek()
    return token.is === 'symbol' && token.text === symbol
  }

  #skip(symbol: string): boolean {
    const found = this.#isNext(symbol)
    if (found) this.#take()
    return found
  }

  #expect(symbol: string, otherwise: string): void {
    if (!this.#skip(symbol)) throw this.#refusal(otherwise, this.#peek())
  }

  #at<Node extends Expression>(token: Token, node: Node): Node {
    this.positions.set(node, token.at + this.#offset)
    return node
  }

  #refusal(message: string, token: Token): Refusal {
    return new Refusal(message, Math.max(0, token.at + this.#offset))
  }
}

/** `null` when the argument fits; else what it should be. */
function missingArgument(name: string, argument: string): string | null {
  switch (name) {
    case 'periodOffset':
    case 'stageOffset':
      return /^[-+]?(?:0|[1-9][0-9]*)$/.test(argument) ? null : 'a whole number'
    case 'minDate':
    case 'maxDate':
      return parseIsoDay(argument) === null ? 'a day such as 2024-01-31' : null
    case 'aggregationType':
      return AGGREGATION_TYPES.has(argument) ? null : 'an aggregation type such as AVERAGE'
    default:
      return argument === '' ? null : 'nothing'
  }
}

function quoted(token: Token): string {
  if (token.is === 'item') return `the item ${token.type}{${token.text}}`
  if (token.is === 'call') return `"${token.text}("`
  return token.is === 'modifier' ? `".${token.text}"` : `"${token.text}"`
}

function spoken({ fewest, most }: Signature): string {
  const plural = (count: number): string => `${count} argument${count === 1 ? '' : 's'}`
  if (fewest === most) return plural(fewest)
  return most === Infinity ? `at least ${plural(fewest)}` : `${fewest} to ${plural(most)}`
}
