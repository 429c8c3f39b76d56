/**
 * Rollback hooks by the name of their task: how a process that never called the task undoes what another one did.
 *
 * A task is known as soon as the module that defines it was loaded.
 */
import type { TaskCore } from './task-core.ts'

const known = new Map<string, TaskCore | 'ambiguous'>()

export function rememberRollback(core: TaskCore): void {
  if (core.hooks.onRollback === undefined) return
  const other = known.get(core.name)
  const isAnother = other !== undefined && (other === 'ambiguous' || !isSame(other, core))
  known.set(core.name, isAnother ? 'ambiguous' : core)
}

/** Undefined when no task of this name undoes anything, or two different ones do: guessing could undo the wrong thing. */
export function rollbackOf(taskName: string): TaskCore | undefined {
  const core = known.get(taskName)
  return core === 'ambiguous' ? undefined : core
}

/** A task that a function defines anew each time is the same one. */
function isSame(a: TaskCore, b: TaskCore): boolean {
  const text = ({ hooks }: TaskCore) => (hooks.onRollback ?? []).map(String).join('\n')
  return text(a) === text(b)
}
