/**
 * Finds the row of a batch that has a key, without making a text of every key that is asked for.
 *
 * Tens of thousands of stored values are looked up for one batch; as texts, their keys are most of the memory of a push.
 */
import type { DataValueKey } from './data-value-row.ts'

/** The number of the row that has the key, or -1. */
export type FindRow = (key: DataValueKey) => number

const PARTS = ['dataElement', 'period', 'orgUnit', 'categoryOptionCombo', 'attributeOptionCombo'] as const

export function createRowFinder(rows: readonly DataValueKey[]): FindRow {
  const codes = PARTS.map(() => new Map<string, number>())
  const codeOf = new Int32Array(rows.length * PARTS.length)
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, rows.length * 2)))
  const slots = new Int32Array(size).fill(-1)
  const wanted = new Int32Array(PARTS.length)

  for (const [number, row] of rows.entries()) {
    for (const [part, name] of PARTS.entries()) {
      const texts = codes[part]
      const code = texts?.get(row[name]) ?? texts?.size ?? 0
      texts?.set(row[name], code)
      wanted[part] = code
    }
    codeOf.set(wanted, number * PARTS.length)
    slots[slotOf()] = number
  }

  return (key) => {
    for (let part = 0; part < PARTS.length; part += 1) {
      const code = codes[part]?.get(key[PARTS[part] ?? 'dataElement'])
      if (code === undefined) return -1
      wanted[part] = code
    }
    return slots[slotOf()] ?? -1
  }

  /** Where the key in `wanted` stands, or would stand. */
  function slotOf(): number {
    let hash = 0
    // 2^32 divided by the golden ratio: Knuth's multiplicative hashing
    for (const code of wanted) hash = Math.imul(hash ^ code, 0x9e3779b1) ^ (hash >>> 15)
    let slot = (hash >>> 0) & (size - 1)
    for (let taken = slots[slot] ?? -1; taken !== -1 && !isWanted(taken); taken = slots[slot] ?? -1) {
      slot = (slot + 1) & (size - 1)
    }
    return slot
  }

  function isWanted(row: number): boolean {
    for (let part = 0; part < PARTS.length; part += 1) {
      if (codeOf[row * PARTS.length + part] !== wanted[part]) return false
    }
    return true
  }
}
