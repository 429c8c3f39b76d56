/** What every page and every call of the API is given: the project, the time, and who is asking. */
import type { Context } from 'hono'
import type { Clock } from '../base/clock.ts'
import type { Project } from '../project/open-project.ts'

/** `write` may start, stop and change; `read` may look. */
export type Role = 'write' | 'read'

export interface Desk {
  readonly project: Project
  readonly clock: Clock
  /** Whether this process executes the runs that are asked for; else they wait for one that does. */
  readonly executes: boolean
  readonly version: string
}

export interface Variables {
  desk: Desk
  role: Role
  /** The store's revision before the page was made. */
  revision: string
  /** Whether somebody signed in, and can sign out again. */
  signedIn: boolean
}

export interface Env {
  Variables: Variables
}

export type Ask = Context<Env>
