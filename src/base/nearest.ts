/** What somebody may have meant. */

/** The known name that is nearest to a mistyped one, or null when none is near. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const ranked = known
    .map((name) => ({ name, distance: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
  const [best] = ranked
  // a third of the letters may be wrong; a name that contains what was typed is near as well
  if (best !== undefined && best.distance <= Math.max(2, Math.floor(typed.length / 3))) return best.name
  return known.find((name) => typed.length >= 3 && name.includes(typed)) ?? null
}

/** Levenshtein's: the fewest letters to insert, delete or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let at = 1; at <= a.length; at += 1) {
    const next = [at]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (a[at - 1] === b[column - 1] ? 0 : 1)
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
