/** `key=value` pairs from the command line: JSON where the value parses, else text. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'

/** @throws UsageError `cli/usage` for a pair without "=" */
export function parsePairs(pairs: readonly string[], option: string): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) {
        throw new UsageError('cli/usage', `"${pair}" is not a pair for ${option}`, {
          hint: `write it like ${option} year=2026`,
        })
      }
      return [pair.slice(0, at), parseValue(pair.slice(at + 1))]
    }),
  )
}

/** `-` is standard input. @throws UsageError `cli/usage` when the file is not there or holds no JSON object */
export async function readJsonObject(path: string, option: string, cwd: string): Promise<Record<string, unknown>> {
  const refuse = (why: string, cause: unknown) =>
    new UsageError('cli/usage', `the file "${path}" given with ${option} ${why}`, {
      hint: 'it must hold one JSON object',
      cause,
    })
  const text = await (path === '-' ? readStandardInput() : readFile(resolve(cwd, path), 'utf8')).catch(
    (cause: unknown) => {
      throw refuse('cannot be read', cause)
    },
  )
  try {
    const value: unknown = JSON.parse(text)
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('not an object')
    return value as Record<string, unknown>
  } catch (cause) {
    throw refuse('is not a JSON object', cause)
  }
}

/** JSON when it parses, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // not JSON: it is the text itself, as documented
    return text
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
