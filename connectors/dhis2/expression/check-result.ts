/**
 * Whether an expression can give what its kind wants: a number, or a yes or no.
 *
 * It is tried out as the server tries it, with a sample in place of every item (0 for numbers) and along all paths, so
 * that the verdicts agree where types meet: `isNull(x)` is no number, `1.5` is neither yes nor no, and `if` wants both
 * branches of one type.
 */
import type { Call, Chain, ChainLink, Expression, Item } from './expression.ts'
import type { ExpressionKind } from './expression-kind.ts'
import { CONTEXTS } from './expression-kind.ts'
import { COUNT_VARIABLES, DATE_VARIABLES } from './read-item.ts'
import { Refusal } from './refusal.ts'
import { textOf } from './text-literal.ts'

/** What an item holds. `null`: the server does not know it. */
export type ItemTypeLookup = (item: Item) => 'number' | 'text' | 'boolean' | 'date' | null

export interface CheckOptions {
  readonly positions: WeakMap<Expression, number>
  readonly typeOf?: ItemTypeLookup
}

/** Fits wherever it stands: an item whose type nobody told us. As a number it is 0, as a yes or no it is no. */
const ANYTHING = Symbol('anything')
const DATE = Symbol('a date')

type Sample = number | boolean | string | null | typeof ANYTHING | typeof DATE

/** The values of a text are unknown; like the server's own sample it is neither a number nor a yes or no. */
const SOME_TEXT = ' '

const SAMPLES: Readonly<Record<NonNullable<ReturnType<ItemTypeLookup>>, Sample>> = {
  number: 0,
  text: SOME_TEXT,
  boolean: false,
  date: DATE,
}

/** What the server parses as a date. */
const DATE_TEXT = /^\d{4}-\d{2}(?:-\d{2}(?:[T ][\d:.]+)?)?$/

/** @throws Refusal at the node whose type does not fit */
export function checkResult(tree: Expression, kind: ExpressionKind, options: CheckOptions): void {
  const trial = new Trial(kind, options)
  const sample = trial.sampleOf(tree)
  if (CONTEXTS[kind].result === 'number') trial.asNumber(sample, tree)
  else trial.asBoolean(sample, tree)
}

class Trial {
  readonly #kind: ExpressionKind
  readonly #options: CheckOptions

  constructor(kind: ExpressionKind, options: CheckOptions) {
    this.#kind = kind
    this.#options = options
  }

  sampleOf(node: Expression): Sample {
    switch (node.kind) {
      case 'number':
        return Number(node.text)
      case 'text':
        return textOf(node.text)
      case 'boolean':
        return node.value
      case 'null':
        return null
      case 'uid':
        return node.id
      case 'group':
        return this.sampleOf(node.inner)
      case 'quoted':
        return this.asBoolean(this.sampleOf(node.inner), node.inner)
      case 'modified':
        return this.sampleOf(node.of)
      case 'item':
        return this.#itemSample(node)
      case 'unary': {
        const sample = this.sampleOf(node.operand)
        if (node.operator === '!') return negated(this.asBoolean(sample, node.operand))
        const number = this.asNumber(sample, node.operand)
        return number === null || node.operator === '+' ? number : -number
      }
      case 'chain':
        return this.#chainSample(node)
      default:
        return this.#callSample(node)
    }
  }

  asNumber(sample: Sample, node: Expression): number | null {
    if (sample === null || typeof sample === 'number') return sample
    if (sample === ANYTHING) return 0
    if (typeof sample === 'string' && sample.trim() !== '' && Number.isFinite(Number(sample))) return Number(sample)
    throw this.#misfit(sample, 'a number', node)
  }

  asBoolean(sample: Sample, node: Expression): boolean | null {
    if (sample === null || typeof sample === 'boolean') return sample
    if (sample === ANYTHING) return false
    if (typeof sample === 'number' && Number.isInteger(sample)) return sample !== 0
    if (typeof sample === 'string' && /^(?:true|false)$/i.test(sample)) return sample.toLowerCase() === 'true'
    throw this.#misfit(sample, 'a yes or no', node)
  }

  #itemSample(item: Item): Sample {
    if (item.type === 'V') {
      const [name = ''] = item.parts
      if (COUNT_VARIABLES.has(name)) return 0
      return DATE_VARIABLES.has(name) ? DATE : SOME_TEXT
    }
    if (item.type === 'PS_EVENTDATE') return DATE
    if (item.type === '[]') return 0
    const type = this.#options.typeOf?.(item)
    if (type === null) throw new Refusal('the server has no such item', this.#options.positions.get(item) ?? 0)
    // The server tries an indicator with numbers throughout
    if (this.#kind === 'indicator') return 0
    if (item.type === 'C' || item.type === 'OUG' || item.type === 'R' || item.type === 'I' || item.type === 'N')
      return 0
    if (type === undefined) return ANYTHING
    return SAMPLES[type]
  }

  #chainSample(chain: Chain): Sample {
    const [head] = chain.rest
    if (head?.operator === '^') return this.#powerSample(chain)
    return chain.rest.reduce<{ sample: Sample; node: Expression }>(
      (left, link) => ({ sample: this.#pairSample(left.sample, left.node, link), node: chain }),
      { sample: this.sampleOf(chain.first), node: chain.first },
    ).sample
  }

  #powerSample({ first, rest }: Chain): Sample {
    const operands = [first, ...rest.map(({ operand }) => operand)]
    const numbers = operands.map((operand) => this.asNumber(this.sampleOf(operand), operand))
    return numbers.reduceRight((exponent, base) => (base === null || exponent === null ? null : base ** exponent))
  }

  #pairSample(left: Sample, leftNode: Expression, { operator, operand }: ChainLink): Sample {
    const right = this.sampleOf(operand)
    switch (operator) {
      case '&&': {
        const [a, b] = [this.asBoolean(left, leftNode), this.asBoolean(right, operand)]
        // Along all paths the server goes on as if the left side held
        return a === true ? b : true
      }
      case '||': {
        const [a, b] = [this.asBoolean(left, leftNode), this.asBoolean(right, operand)]
        return a === true ? a : b
      }
      case '==':
      case '!=':
      case '<':
      case '>':
      case '<=':
      case '>=':
        return this.#comparison(left, right, operator, operand)
      default: {
        const [a, b] = [this.asNumber(left, leftNode), this.asNumber(right, operand)]
        return a === null || b === null ? null : calculated(a, operator, b)
      }
    }
  }

  /** The left side says as what both are compared. */
  #comparison(left: Sample, right: Sample, operator: ChainLink['operator'], node: Expression): Sample {
    if (left === null || right === null) return null
    const [a, b] = left === ANYTHING ? [right, right] : [left, this.#as(left, right, node)]
    if (typeof a === 'symbol' || typeof b === 'symbol' || a === null || b === null) return false
    switch (operator) {
      case '==':
        return a === b
      case '!=':
        return a !== b
      case '<':
        return a < b
      case '>':
        return a > b
      case '<=':
        return a <= b
      default:
        return a >= b
    }
  }

  #callSample(call: Call): Sample {
    const nodes = call.arguments
    const samples = nodes.map((node) => this.sampleOf(node))
    const numbers = (): (number | null)[] => nodes.map((node, index) => this.asNumber(samples[index] ?? null, node))
    const [first = null, second = null, third = null] = samples
    const [firstNode = call, , thirdNode = call] = nodes
    switch (call.name) {
      case 'if':
      case 'd2:condition': {
        const holds = this.asBoolean(first, firstNode)
        if (second !== null && second !== ANYTHING) this.#as(second, third, thirdNode)
        return holds === true ? second : third
      }
      case 'is':
        for (const [index, node] of nodes.entries()) {
          if (index > 0 && first !== null) this.#as(first, samples[index] ?? null, node)
        }
        return false
      case 'isNull':
        return first === null
      case 'isNotNull':
        return first !== null
      case 'contains':
      case 'containsItems':
      case 'd2:hasValue':
        return false
      case 'firstNonNull':
        return samples.find((sample) => sample !== null) ?? null
      case 'greatest':
      case 'least': {
        const known = numbers().filter((number) => number !== null)
        const choose = call.name === 'least' ? Math.min : Math.max
        return known.length === 0 ? null : known.reduce((a, b) => choose(a, b))
      }
      case 'log':
      case 'log10': {
        const [number = null, base = call.name === 'log10' ? 10 : Math.E] = numbers()
        if (number === null || base === null) return null
        return base === 10 ? Math.log10(number) : Math.log(number) / (base === Math.E ? 1 : Math.log(base))
      }
      case 'removeZeros':
        return this.asNumber(first, firstNode) === 0 ? null : first
      case 'subExpression':
        return first
      case 'normDistCum':
      case 'normDistDen':
        numbers()
        // Between 0 and 1 and never either: no yes or no
        return 0.5
      case 'orgUnit.ancestor':
      case 'orgUnit.dataSet':
      case 'orgUnit.group':
      case 'orgUnit.program':
        return false
      case 'd2:daysBetween':
      case 'd2:weeksBetween':
      case 'd2:monthsBetween':
      case 'd2:yearsBetween':
      case 'd2:minutesBetween':
        for (const [index, node] of nodes.entries()) this.#asDate(samples[index] ?? null, node)
        return 0
      case 'd2:count':
      case 'd2:countIfCondition':
      case 'd2:countIfValue':
      case 'd2:maxValue':
      case 'd2:minValue':
      case 'd2:relationshipCount':
        return 0
      default:
        // The aggregates and d2:oizp, d2:zing, d2:zpvc: numbers in, a number out
        numbers()
        return 0
    }
  }

  /** The sample, read as what `model` is. */
  #as(model: Sample, sample: Sample, node: Expression): Sample {
    if (sample === null) return null
    if (typeof model === 'number') return this.asNumber(sample, node)
    if (typeof model === 'boolean') return this.asBoolean(sample, node)
    if (model === DATE) return this.#asDate(sample, node)
    return sample
  }

  #asDate(sample: Sample, node: Expression): Sample {
    if (sample === null || sample === DATE || sample === ANYTHING) return sample
    if (typeof sample === 'string' && DATE_TEXT.test(sample)) return sample
    throw this.#misfit(sample, 'a date', node)
  }

  #misfit(sample: Sample, wanted: string, node: Expression): Refusal {
    return new Refusal(`${described(sample)} stands where ${wanted} is wanted`, this.#options.positions.get(node) ?? 0)
  }
}

function calculated(a: number, operator: ChainLink['operator'], b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    default:
      return a % b
  }
}

function negated(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

function described(sample: Sample): string {
  switch (typeof sample) {
    case 'number':
      return Number.isFinite(sample) ? `the number ${sample}` : 'a division by zero'
    case 'boolean':
      return 'a yes or no'
    case 'string':
      return 'a text'
    default:
      return 'a date'
  }
}
