/** `d2flow block …`: saved connections. */
import { ConfigError, UsageError } from '../../base/errors.ts'
import { readVariable } from '../../base/settings.ts'
import type { AnyBlock } from '../../blocks/define.ts'
import { describeBlock, type BlockField } from '../../blocks/describe.ts'
import { maskValues } from '../../blocks/seal-values.ts'
import type { BlockDocument } from '../../model/block-document.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { parsePairs, readJsonObject } from '../key-values.ts'
import { withProject } from '../open.ts'

export interface CreateBlockOptions {
  readonly value: readonly string[]
  readonly values?: string | undefined
  readonly overwrite?: true | undefined
}

export async function createBlock(
  invocation: Invocation,
  type: string,
  name: string,
  options: CreateBlockOptions,
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const block = await project.blockType(type)
    const given = {
      ...(options.values === undefined ? {} : await readJsonObject(options.values, '--values', invocation.cwd)),
      ...parsePairs(options.value, '-v'),
    }
    const values = await complete(invocation, block, withVariables(given))
    if (options.overwrite !== true && (await isTaken(project.blocks.list(), block, name))) {
      throw new ConfigError('config/block-invalid', `a ${type} block is already saved as "${name}"`, {
        hint: 'replace it with --overwrite, or choose another name',
      })
    }
    const saved = await project.blocks.save(block, name, values, { overwrite: options.overwrite === true })
    invocation.output.print(`saved ${block.shortName ?? block.slug} block "${name}"\n${describeSaved(saved)}`)
    invocation.output.document({ block: forPrograms(saved) })
    return EXIT.done
  })
}

export async function listBlocks(invocation: Invocation): Promise<number> {
  return await withProject(invocation, async (project) => {
    const saved = await project.blocks.list()
    const rows = saved.map(({ type, name, updatedAt }) => ({ type, name, updated: updatedAt }))
    invocation.output.print(
      rows.length === 0 ? 'no blocks are saved; save one with: d2flow block create TYPE NAME' : textTable(rows),
    )
    invocation.output.document({ blocks: saved.map(forPrograms) })
    return EXIT.done
  })
}

export async function inspectBlock(invocation: Invocation, type: string, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const saved = await project.blocks.get(await project.blockType(type), name)
    invocation.output.print(describeSaved(saved))
    invocation.output.document({ block: forPrograms(saved) })
    return EXIT.done
  })
}

export async function checkBlock(invocation: Invocation, type: string, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const block = await project.blockType(type)
    const client = await project.blocks.open(block, name, { signal: invocation.signal })
    if (block.check === undefined) {
      invocation.output.print(`a ${type} block cannot be checked without using it; "${name}" opens`)
      invocation.output.document({ healthy: null })
      return EXIT.done
    }
    await block.check(client)
    invocation.output.print(`${type} "${name}" answers and accepts the credentials`)
    invocation.output.document({ healthy: true })
    return EXIT.done
  })
}

export async function deleteBlock(invocation: Invocation, type: string, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    await project.blocks.delete(await project.blockType(type), name)
    invocation.output.print(`deleted ${type} block "${name}"`)
    invocation.output.document({ deleted: { type, name } })
    return EXIT.done
  })
}

async function isTaken(saved: Promise<readonly BlockDocument[]>, block: AnyBlock, name: string): Promise<boolean> {
  return (await saved).some((each) => each.type === block.slug && each.name === name)
}

/** `@NAME` stands for an environment variable. @throws UsageError `cli/usage` when it is not set */
function withVariables(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      if (typeof value !== 'string' || !/^@[A-Z_][A-Z0-9_]*$/.test(value)) return [field, value]
      const found = readVariable(value.slice(1))
      if (found === undefined) {
        throw new UsageError('cli/usage', `the environment variable ${value.slice(1)} is not set`, {
          hint: `it was asked for by ${field}=${value}`,
        })
      }
      return [field, found]
    }),
  )
}

/** Asks a person for what is required and missing; without one the schema says what is missing. */
async function complete(
  invocation: Invocation,
  block: AnyBlock,
  values: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (!invocation.output.interactive || !process.stdin.isTTY) return values
  const { fields } = describeBlock(block)
  const asked = fields.filter(
    ({ path, required, secret }) => (required || secret) && !path.includes('.') && values[path] === undefined,
  )
  if (asked.length === 0) return values
  const { isCancel, password, text } = await import('@clack/prompts')
  const answers: Record<string, unknown> = { ...values }
  for (const field of asked) {
    const answer = field.secret
      ? await password({ message: question(field), ...(field.required ? { validate: notEmpty } : {}) })
      : await text({ message: question(field), validate: notEmpty })
    if (isCancel(answer)) throw new UsageError('cli/usage', 'stopped: nothing was saved', {})
    // an optional secret may be left empty: a dhis2 block has a password or a token
    if (answer !== undefined && answer !== '') answers[field.path] = answer
  }
  return answers
}

function question({ path, description, required }: BlockField): string {
  return `${path}${description === '' ? '' : `: ${description}`}${required ? '' : ' (may stay empty)'}`
}

function notEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? 'this is needed' : undefined
}

function describeSaved({ type, name, values, updatedAt }: BlockDocument): string {
  const rows = Object.entries(maskValues(values)).map(([field, value]) => ({ field, value }))
  return textTable([
    { field: 'type', value: type },
    { field: 'name', value: name },
    ...rows,
    { field: 'updated', value: updatedAt },
  ])
}

function forPrograms({ id, type, name, values, createdAt, updatedAt }: BlockDocument) {
  return { id, type, name, values: maskValues(values), createdAt, updatedAt }
}
