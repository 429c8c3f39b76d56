/**
 * A DHIS2 expression as a tree.
 *
 * Runs of operators of one rank are one node (`a - b + c` is one `chain`), so that a sum of ten thousand terms is no
 * deeper than a sum of two. Parentheses are kept as `group`: they cost a reader something even where they change
 * nothing. `and`, `or` and `not` are kept as `&&`, `||` and `!`.
 */

export type Expression =
  | NumberLiteral
  | TextLiteral
  | BooleanLiteral
  | NullLiteral
  | Item
  | Uid
  | Group
  | Unary
  | Chain
  | Call
  | Modified
  | Quoted

/** As it was written: `1.50`, `.5`, `2e3`. */
export interface NumberLiteral {
  readonly kind: 'number'
  readonly text: string
}

/** With its quotes and escapes, as it was written. */
export interface TextLiteral {
  readonly kind: 'text'
  readonly text: string
}

export interface BooleanLiteral {
  readonly kind: 'boolean'
  readonly value: boolean
}

export interface NullLiteral {
  readonly kind: 'null'
}

/** `#` data element or operand, `A` attribute, `D` program data element, `R` reporting rate, `[]` a count of periods. */
export type ItemType = '#' | 'A' | 'C' | 'D' | 'I' | 'N' | 'OUG' | 'R' | 'V' | '[]' | 'PS_EVENTDATE'

/** A reference to data: `#{elementUid01.comboUid001}` has the parts `elementUid01` and `comboUid001`. */
export interface Item {
  readonly kind: 'item'
  readonly type: ItemType
  readonly parts: readonly string[]
}

/** An id that stands alone, as in `orgUnit.group(groupUid001)`. */
export interface Uid {
  readonly kind: 'uid'
  readonly id: string
}

export interface Group {
  readonly kind: 'group'
  readonly inner: Expression
}

export type UnaryOperator = '+' | '-' | '!'

export interface Unary {
  readonly kind: 'unary'
  readonly operator: UnaryOperator
  readonly operand: Expression
}

export type BinaryOperator = '^' | '*' | '/' | '%' | '+' | '-' | '<' | '>' | '<=' | '>=' | '==' | '!=' | '&&' | '||'

/** Operators of one rank in a row, taken from the left; `^` alone is taken from the right. */
export interface Chain {
  readonly kind: 'chain'
  readonly first: Expression
  readonly rest: readonly ChainLink[]
}

export interface ChainLink {
  readonly operator: BinaryOperator
  readonly operand: Expression
}

/** `is(x in a, b)` has the arguments x, a and b. */
export interface Call {
  readonly kind: 'call'
  readonly name: string
  readonly arguments: readonly Expression[]
}

export interface Modifier {
  readonly name: string
  /** As it was written: `-1`, `2020-01-31`, `AVERAGE`, or nothing. */
  readonly argument: string
}

/** What is asked for in another way than plainly: `#{uid}.periodOffset(-1)`. */
export interface Modified {
  readonly kind: 'modified'
  readonly of: Expression
  readonly modifiers: readonly Modifier[]
}

/** An expression inside a text, as `d2:condition` takes it. */
export interface Quoted {
  readonly kind: 'quoted'
  readonly quote: "'" | '"'
  readonly inner: Expression
}

/** How tightly operators bind; the unary ones stand between `^` and `*`. */
export const RANK: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '^': 8,
}

export const UNARY_RANK = 7

/** The expressions directly inside one. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'group':
    case 'quoted':
      return [node.inner]
    case 'unary':
      return [node.operand]
    case 'chain':
      return [node.first, ...node.rest.map(({ operand }) => operand)]
    case 'call':
      return node.arguments
    case 'modified':
      return [node.of]
    default:
      return []
  }
}
