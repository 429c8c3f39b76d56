/** `d2flow variable …`: configuration that flows read while they run. */
import type { JsonValue } from '../../base/json.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { parseValue } from '../key-values.ts'
import { withProject } from '../open.ts'

export interface SetVariableOptions {
  readonly overwrite?: true | undefined
  readonly text?: true | undefined
}

export async function setVariable(
  invocation: Invocation,
  name: string,
  value: string,
  { overwrite, text }: SetVariableOptions,
): Promise<number> {
  return await withProject(invocation, async ({ variables }) => {
    const kept = text === true ? value : (parseValue(value) as JsonValue)
    await variables.set(name, kept, { overwrite: overwrite === true })
    invocation.output.print(`${name} = ${JSON.stringify(kept)}`)
    invocation.output.document({ variable: name, value: kept })
    return EXIT.done
  })
}

export async function getVariable(invocation: Invocation, name: string): Promise<number> {
  return await withProject(invocation, async ({ variables }) => {
    const value = await variables.get(name)
    invocation.output.print(typeof value === 'string' ? value : JSON.stringify(value))
    invocation.output.document({ variable: name, value })
    return EXIT.done
  })
}

export async function listVariables(invocation: Invocation): Promise<number> {
  return await withProject(invocation, async ({ variables }) => {
    const all = await variables.list()
    const rows = all.map(({ name, value, updatedAt }) => ({ variable: name, value: JSON.stringify(value), updatedAt }))
    invocation.output.print(
      rows.length === 0 ? 'there are no variables; set one with: d2flow variable set NAME VALUE' : textTable(rows),
    )
    invocation.output.document({ variables: all })
    return EXIT.done
  })
}

export async function unsetVariable(invocation: Invocation, name: string): Promise<number> {
  return await withProject(invocation, async ({ variables }) => {
    await variables.unset(name)
    invocation.output.print(`${name} is forgotten`)
    invocation.output.document({ unset: name })
    return EXIT.done
  })
}
