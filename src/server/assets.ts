/** The style, the script and the icon: files of this folder, read once. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../base/hash.ts'
import type { Ask } from './desk.ts'

const TYPES: Readonly<Record<string, string>> = {
  'style.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

const read = new Map<string, Promise<{ readonly text: string; readonly tag: string }>>()

export async function asset(ask: Ask): Promise<Response> {
  const name = ask.req.param('name') ?? ''
  const type = TYPES[name]
  if (type === undefined) return ask.notFound()
  let file = read.get(name)
  if (file === undefined) {
    file = load(name)
    read.set(name, file)
  }
  const { text, tag } = await file
  const headers = { 'content-type': type, etag: tag, 'cache-control': 'no-cache' }
  return ask.req.header('if-none-match') === tag ? ask.body(null, 304, headers) : ask.body(text, 200, headers)
}

async function load(name: string): Promise<{ readonly text: string; readonly tag: string }> {
  const text = await readFile(join(import.meta.dirname, 'assets', name), 'utf8')
  return { text, tag: `"${sha256Hex(text).slice(0, 20)}"` }
}
