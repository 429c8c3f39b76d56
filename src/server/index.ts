/** The door `d2flow/server`: the pages and the API of a project. */
export { accessFor, type Access } from './access.ts'
export { createServerApp, type ServerAppOptions } from './app.ts'
export type { Env, Role } from './desk.ts'
export { servePages, type ServePagesOptions } from './serve-pages.ts'
