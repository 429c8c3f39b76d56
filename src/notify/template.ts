/**
 * Placeholders in the templates of a notification: `{{subject}}`, `{{ body }}`, any key of the values given.
 */
import { ConfigError } from '../base/errors.ts'

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}/g

/**
 * The template with its placeholders filled in, at any depth, once and as data.
 *
 * A text that begins with http:// or https:// is a URL: what goes into it is percent-encoded. A value that itself holds
 * a placeholder is not resolved again, and an unknown placeholder stays as it is. Nothing but texts is touched.
 *
 * @example resolveTemplate({ title: '{{subject}}' }, { subject: 'Flow failed' }) // { title: 'Flow failed' }
 */
export function resolveTemplate(template: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof template === 'string') return resolveText(template, values)
  if (Array.isArray(template)) return template.map((item) => resolveTemplate(item, values))
  if (template !== null && typeof template === 'object') {
    return Object.fromEntries(Object.entries(template).map(([key, member]) => [key, resolveTemplate(member, values)]))
  }
  return template
}

/** The names of all placeholders in a template, at any depth. */
export function placeholdersOf(template: unknown): string[] {
  if (typeof template === 'string') return [...template.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '')
  if (template !== null && typeof template === 'object')
    return [...new Set(Object.values(template).flatMap(placeholdersOf))]
  return []
}

/** @throws ConfigError `config/block-invalid` naming the first placeholder that will never have a value */
export function checkPlaceholders(template: unknown, known: readonly string[]): void {
  const unknown = placeholdersOf(template).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ConfigError('config/block-invalid', `the placeholder "{{${unknown}}}" has no value`, {
    hint: `known here: ${known.map((name) => `{{${name}}}`).join(', ')}`,
    details: { placeholder: unknown },
  })
}

function resolveText(text: string, values: Readonly<Record<string, string>>): string {
  const encode = /^https?:\/\//i.test(text) ? encodeURIComponent : (value: string) => value
  return text.replaceAll(PLACEHOLDER, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return value === undefined ? placeholder : encode(value)
  })
}
