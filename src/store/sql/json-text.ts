/** JSON members stand in the store as text. */

export function toJson(value: unknown): string {
  return JSON.stringify(value)
}

export function toJsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}

/** The caller knows what was written there. */
export function fromJson(text: string): unknown {
  return JSON.parse(text)
}

export function fromJsonOrNull(text: string | null): unknown {
  return text === null ? null : JSON.parse(text)
}
