/** `d2flow limit …`: how many may do something at the same time, or how often, over all processes of a store. */
import { ConfigError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { SECOND } from '../../base/duration.ts'
import { checkLimit, limitInWords, type LimitUse } from '../../model/limit.ts'
import type { Project } from '../../project/open-project.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export async function createLimit(
  invocation: Invocation,
  name: string,
  size: number,
  { per }: { readonly per?: number | undefined },
): Promise<number> {
  return await withProject(invocation, async ({ store }) => {
    const wanted = { name, size, perMs: per === undefined ? null : per * SECOND }
    checkLimit(wanted)
    const limit = await store.limits.create(wanted)
    invocation.output.print(`made the limit ${name}: ${sizeText(limit)}`)
    invocation.output.document({ limit })
    return EXIT.done
  })
}

export async function resizeLimit(invocation: Invocation, name: string, size: number): Promise<number> {
  return await withProject(invocation, async (project) => {
    checkLimit({ name, size, perMs: null })
    if (!(await project.store.limits.resize(name, size))) throw await unknownLimit(project, name)
    const limit = await find(project, name)
    invocation.output.print(`${name}: ${sizeText(limit)}`)
    invocation.output.document({ limit })
    return EXIT.done
  })
}

export async function listLimits(invocation: Invocation): Promise<number> {
  return await withProject(invocation, async ({ store }) => {
    const limits = await store.limits.list()
    const rows = limits.map((limit) => ({
      limit: limit.name,
      size: sizeText(limit),
      taken: takenText(limit),
      held: limit.holders.map(({ runName }) => runName).join(', '),
      waiting: limit.waiters.length,
    }))
    invocation.output.print(
      rows.length === 0 ? 'there are no limits; make one with: d2flow limit create NAME NUMBER' : textTable(rows),
    )
    invocation.output.document({ limits })
    return EXIT.done
  })
}

export async function inspectLimit(invocation: Invocation, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    const limit = await find(project, name)
    const parts = [limitInWords(limit)]
    if (limit.holders.length > 0) {
      const rows = limit.holders.map(({ runName, slots, expiresAt }) => ({ run: runName, slots, until: expiresAt }))
      parts.push(`held by\n${textTable(rows)}`)
    }
    if (limit.waiters.length > 0) {
      parts.push(`waiting\n${textTable(limit.waiters.map(({ runName, slots }) => ({ run: runName, slots })))}`)
    }
    invocation.output.print(parts.join('\n\n'))
    invocation.output.document({ limit })
    return EXIT.done
  })
}

export async function deleteLimit(invocation: Invocation, name: string): Promise<number> {
  return await withProject(invocation, async (project) => {
    if (!(await project.store.limits.delete(name))) throw await unknownLimit(project, name)
    invocation.output.print(`deleted the limit ${name}`)
    invocation.output.document({ deleted: name })
    return EXIT.done
  })
}

async function find(project: Project, name: string): Promise<LimitUse> {
  const limit = await project.store.limits.get(name)
  if (limit === null) throw await unknownLimit(project, name)
  return limit
}

async function unknownLimit({ store }: Project, name: string): Promise<ConfigError> {
  const near = nearest(
    name,
    (await store.limits.list()).map((limit) => limit.name),
  )
  return new ConfigError('config/params', `there is no limit "${name}"`, {
    hint: near === null ? `make it with: d2flow limit create ${name} NUMBER` : `did you mean "${near}"?`,
  })
}

function sizeText({ size, perMs }: Pick<LimitUse, 'size' | 'perMs'>): string {
  return perMs === null ? `${size} at the same time` : `${size} in ${perMs / SECOND} s`
}

function takenText({ size, held, tokens }: Pick<LimitUse, 'size' | 'held' | 'tokens'>): string {
  return tokens === null ? `${held} of ${size}` : `${Math.ceil(size - tokens)} of ${size}`
}
