/** Text in quotes: what it says, and how to write it. */

const ESCAPE = /\\(?:u+([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(.))/g
const MEANINGS: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' }

/** What a text literal says, without its quotes and escapes. */
export function textOf(literal: string): string {
  const content = literal.slice(1, -1)
  if (!content.includes('\\')) return content
  return content.replace(ESCAPE, (_, hex?: string, octal?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    return MEANINGS[letter ?? ''] ?? letter ?? ''
  })
}

/** The literal that says this text, between these quotes. */
export function literalOf(text: string, quote: "'" | '"'): string {
  const escaped = text.replace(
    /[\\\n\r]/g,
    (character) => ({ '\n': '\\n', '\r': '\\r' })[character] ?? `\\${character}`,
  )
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote
}
