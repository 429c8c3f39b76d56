/** Whether a column holds a text, in words that every database reads alike; `like` differs in what it makes of case. */
import type { Expression, ExpressionBuilder, StringReference } from 'kysely'
import type { Tables } from './tables.ts'

export function holdsText<Table extends keyof Tables>(
  row: ExpressionBuilder<Tables, Table>,
  column: StringReference<Tables, Table>,
  text: string,
  options: { readonly anyCase?: boolean } = {},
) {
  const { anyCase = false } = options
  const value: Expression<unknown> = anyCase ? row.fn('lower', [column]) : row.ref(column)
  const wanted = anyCase ? text.toLowerCase() : text
  return row(row.fn('replace', [value, row.val(wanted), row.val('')]), '<>', value)
}
