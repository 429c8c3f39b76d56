/** What `project.config.ts` exports, looked at before it is used: a slip there is a slip of writing, not a bug. */
import { ConfigError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { ProjectDefinition } from './define-project.ts'

/** The compiler says when one is missing here. */
const MEMBERS = Object.keys({
  flows: true,
  deployments: true,
  blocks: true,
  store: true,
  atOnce: true,
  retry: true,
  notify: true,
  rules: true,
  retention: true,
} satisfies Record<keyof ProjectDefinition, true>)

/** @throws ConfigError `config/setting` naming the file and the first member that does not fit */
export function checkDefinition(file: string, exported: unknown): ProjectDefinition {
  const refuse = (what: string, hint: string) => new ConfigError('config/setting', `"${file}" ${what}`, { hint })
  if (!isRecord(exported)) {
    throw refuse('has no default export', 'write: export default defineProject({ flows: [...], deployments: [...] })')
  }
  for (const member of Object.keys(exported)) {
    if (MEMBERS.includes(member)) continue
    const near = nearest(member, MEMBERS)
    throw refuse(
      `has the member "${member}", which a project does not know`,
      near === null ? `it knows ${MEMBERS.join(', ')}` : `did you mean "${near}"?`,
    )
  }
  const checkList = (member: string, fits: (each: unknown) => boolean, hint: string) => {
    const list = exported[member]
    if (list === undefined) return
    if (!Array.isArray(list)) throw refuse(`has ${member} that is no list`, hint)
    const at = list.findIndex((each) => !fits(each))
    if (at >= 0) throw refuse(`has ${shown(list[at])} as ${member}[${at}], which does not belong there`, hint)
  }
  const isEntry = (each: unknown) => isRecord(each) && typeof each['name'] === 'string' && isCallable(each['load'])
  checkList(
    'flows',
    (each) => isEntry(each) || isFlow(each),
    'name the flow itself: import { hello } from "./flows/hello.ts", then flows: [hello]; bundled flows are there without being named',
  )
  checkList(
    'deployments',
    (each) => isRecord(each) && each['kind'] === 'deployment',
    'make each with deployment({ name, flow, schedule })',
  )
  checkList(
    'blocks',
    (each) => isEntry(each) || (isRecord(each) && typeof each['slug'] === 'string' && isCallable(each['open'])),
    'make each with defineBlock({ slug, schema, open })',
  )
  checkList(
    'rules',
    (each) => isRecord(each) && isRecord(each['when']) && Array.isArray(each['actions']),
    'make each with rule({ name, when, actions })',
  )
  const { store, atOnce } = exported
  if (store !== undefined && typeof store !== 'string')
    throw refuse(`has ${shown(store)} as store`, 'write an address, like "sqlite:.d2flow/d2flow.db"')
  if (atOnce !== undefined && !(Number.isInteger(atOnce) && Number(atOnce) >= 1))
    throw refuse(`has ${shown(atOnce)} as atOnce`, 'write a whole number from 1')
  return exported
}

/** A flow is called, so it is a function; it says itself that it is a flow. */
function isFlow(value: unknown): boolean {
  return isCallable(value) && 'kind' in value && value.kind === 'flow'
}

function isCallable(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text in quotes, anything else by its kind: an object may hold what must not be printed. */
function shown(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value)
  if (value === null) return 'null'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
