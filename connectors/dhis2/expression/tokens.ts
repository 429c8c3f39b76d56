/**
 * The words of an expression: names with the parenthesis that makes them a call, items with their braces, literals,
 * operators. White space and block comments fall away; `//` starts no comment.
 *
 * One pass from left to right; no pattern looks back or tries a stretch twice, so the time is linear.
 */
import type { ItemType } from './expression.ts'
import { Refusal } from './refusal.ts'

export type Token =
  | {
      readonly is: 'number' | 'text' | 'uid' | 'symbol' | 'word' | 'call' | 'end'
      readonly text: string
      readonly at: number
    }
  | { readonly is: 'item'; readonly type: ItemType; readonly text: string; readonly at: number }
  | { readonly is: 'modifier'; readonly text: string; readonly argument: string; readonly at: number }

/** Where a text stops making sense is said with a `Refusal`; `lenient` skips such places instead. */
export interface TokenOptions {
  readonly lenient?: boolean
}

const BLANK = /(?:[ \t\n\r]+|\/\*[^]*?\*\/)+/y
const ITEM = /(OUG|[#ACDINRV])\{([^{}]*)\}/y
const BRACKET = /\[([A-Za-z]*)\]/y
const EVENT_DATE = /PS_EVENTDATE:[ \t\n\r]*([A-Za-z0-9]*)/y
const CALL = /((?:d2:|orgUnit\.)?[A-Za-z_][A-Za-z0-9_]*)\(/y
const MODIFIER = /\.([A-Za-z]+)\([ \t\n\r]*([^()\s]*)[ \t\n\r]*\)/y
const NUMBER = /(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y
const TEXT =
  /'(?:[^'\\\r\n]|\\(?:[btnfr"'\\0-7]|u+[0-9a-fA-F]{4}))*'|"(?:[^"\\\r\n]|\\(?:[btnfr"'\\0-7]|u+[0-9a-fA-F]{4}))*"/y
const UID = /[A-Za-z][A-Za-z0-9]{10}(?![A-Za-z0-9_])/y
const KEYWORD = /(?:and|or|not|in|true|false|null)(?![A-Za-z_])/y
const SYMBOL = /&&|\|\||==|!=|<=|>=|[-+*/%^<>!(),]/y
const ANY_WORD = /[A-Za-z_][A-Za-z0-9_:]*/y

const SYMBOL_OF_WORD: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!' }

/** @throws Refusal where no word can be made, unless `lenient` */
export function tokenise(source: string, options: TokenOptions = {}): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const blank = match(BLANK, source, at)
    if (blank !== null) {
      at += blank[0].length
      continue
    }
    const found = tokenAt(source, at)
    if (found !== null) {
      tokens.push(found.token)
      at += found.length
    } else if (options.lenient === true) {
      // What follows is comment to its end
      if (source.startsWith('/*', at)) break
      at += match(ANY_WORD, source, at)?.[0].length ?? 1
    } else throw refusalAt(source, at)
  }
  tokens.push({ is: 'end', text: '', at: source.length })
  return tokens
}

function tokenAt(source: string, at: number): { readonly token: Token; readonly length: number } | null {
  const item = match(ITEM, source, at)
  if (item !== null) {
    const [whole, type = '', content = ''] = item
    return { token: { is: 'item', type: type as ItemType, text: content, at }, length: whole.length }
  }
  const bracket = match(BRACKET, source, at)
  if (bracket !== null) {
    return { token: { is: 'item', type: '[]', text: bracket[1] ?? '', at }, length: bracket[0].length }
  }
  const eventDate = match(EVENT_DATE, source, at)
  if (eventDate !== null) {
    return { token: { is: 'item', type: 'PS_EVENTDATE', text: eventDate[1] ?? '', at }, length: eventDate[0].length }
  }
  const keyword = match(KEYWORD, source, at)?.[0]
  const call = match(CALL, source, at)
  if (call !== null && call[1] !== keyword)
    return { token: { is: 'call', text: call[1] ?? '', at }, length: call[0].length }
  const modifier = match(MODIFIER, source, at)
  if (modifier !== null) {
    const [whole, name = '', argument = ''] = modifier
    return { token: { is: 'modifier', text: name, argument, at }, length: whole.length }
  }
  for (const [is, pattern] of [
    ['number', NUMBER],
    ['text', TEXT],
    ['uid', UID],
  ] as const) {
    const text = match(pattern, source, at)?.[0]
    if (text !== undefined) return { token: { is, text, at }, length: text.length }
  }
  if (keyword !== undefined) {
    const symbol = SYMBOL_OF_WORD[keyword]
    const token: Token = symbol === undefined ? { is: 'word', text: keyword, at } : { is: 'symbol', text: symbol, at }
    return { token, length: keyword.length }
  }
  const symbol = match(SYMBOL, source, at)?.[0]
  // An unclosed comment is a fault of its own, not a division by a product
  if (symbol === undefined || source.startsWith('/*', at)) return null
  return { token: { is: 'symbol', text: symbol, at }, length: symbol.length }
}

function refusalAt(source: string, at: number): Refusal {
  if (source.startsWith('/*', at)) return new Refusal('the comment is not closed', at)
  const brace = /(?:OUG|[#ACDINRV])\{/y
  if (match(brace, source, at) !== null) return new Refusal('the item is not closed with "}"', at)
  const [character = ''] = source.slice(at, at + 2)
  if (character === "'" || character === '"') return new Refusal('the text is not closed or has a false escape', at)
  if (match(/\.[A-Za-z]+\(/y, source, at) !== null) return new Refusal('the modifier is not closed with ")"', at)
  const word = match(ANY_WORD, source, at)?.[0]
  return new Refusal(`"${word ?? character}" means nothing here`, at)
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}
