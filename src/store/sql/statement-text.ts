/** Texts of inserts and updates from the names of their columns; each is made once. */

const made = new Map<string, string>()

export function insertText(table: string, columns: readonly string[], ending: string = ''): string {
  return once(`insert ${table} ${columns.join()} ${ending}`, () => {
    const places = columns.map(() => '?').join(', ')
    return `insert into ${table} (${columns.join(', ')}) values (${places}) ${ending}`
  })
}

/** `set` holds columns, or assignments of their own such as `history = history || ?`. */
export function updateText(table: string, set: readonly string[], where: string): string {
  return once(`update ${table} ${set.join()} ${where}`, () => {
    const assignments = set.map((column) => (column.includes('=') ? column : `${column} = ?`)).join(', ')
    return `update ${table} set ${assignments} where ${where}`
  })
}

/** `?, ?, ?` */
export function places(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ')
}

function once(key: string, make: () => string): string {
  let text = made.get(key)
  if (text === undefined) {
    text = make()
    made.set(key, text)
  }
  return text
}
