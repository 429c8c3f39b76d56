/** Whom a project wants told through connections that nobody has saved: their messages would be given up. */
import { notifyRule } from '../deploy/deployment.ts'
import type { Project } from './open-project.ts'

export interface Untold {
  /** Who asks for it: "deployment facility-count/nightly", "rule silent", "the project". */
  readonly by: string
  /** Type of the notification block, for example `slack-webhook`. */
  readonly through: string
  /** The name under which no block of that type is saved. */
  readonly named: string
}

export async function findUntold({ deployments, definition, blocks }: Project): Promise<readonly Untold[]> {
  const wanted: readonly Untold[] = [
    ...deployments.flatMap(({ flow, name, notify }) =>
      notify.map(({ through, named }) => ({ by: `deployment ${flow.name}/${name}`, through, named })),
    ),
    ...(definition.notify ?? []).map(notifyRule).map(({ through, named }) => ({ by: 'the project', through, named })),
    ...(definition.rules ?? []).flatMap(({ name, actions }) =>
      actions.flatMap((action) =>
        action.kind === 'notify' ? [{ by: `rule ${name}`, through: action.through, named: action.named }] : [],
      ),
    ),
  ]
  if (wanted.length === 0) return []
  const saved = await blocks.list()
  return wanted.filter(({ through, named }) => !saved.some(({ type, name }) => type === through && name === named))
}

/** What is said of one, and what to do. */
export function untoldInWords({ by, through, named }: Untold): { readonly says: string; readonly hint: string } {
  return {
    says: `no ${through} block is saved as "${named}", whom ${by} tells`,
    hint: `create it with: d2flow block create ${through} ${named}`,
  }
}
